/**
 * Products of two matrices: convolutions of images of one column with filters of one pixel, and the gradients of these.
 */
import * as tf from '@tensorflow/tfjs';
import { convolveDirect, filterGradientDirect } from './direct-convolution.ts';
import type { Machine } from './machine.ts';

export function matrixKernels(machine: Machine): tf.KernelConfig[] {
  const general = tf.getKernel('BatchMatMul', 'wasm').kernelFunc;
  const shaped = ({ dataId, dtype }: tf.TensorInfo, shape: number[]): tf.TensorInfo => ({ dataId, dtype, shape });
  return [
    {
      kernelName: 'BatchMatMul',
      backendName: 'wasm',
      kernelFunc: (call) => {
        const { a, b } = call.inputs as Record<'a' | 'b', tf.TensorInfo>;
        const { transposeA, transposeB } = call.attrs as unknown as Record<'transposeA' | 'transposeB', boolean>;
        const [[rows, inner], [bRows, bColumns]] = [a.shape.slice(-2), b.shape.slice(-2)];
        const one = [a, b].every(({ shape }) => shape.slice(0, -2).every((count) => count === 1));
        if (!one || (transposeA && transposeB)) return general(call);
        const x = shaped(a, [1, rows, 1, inner]);
        const outer = a.shape.slice(0, -2);
        if (transposeA) {
          const product = filterGradientDirect(machine, x, shaped(b, [1, rows, 1, bColumns]), [1, 1, inner, bColumns]);
          return shaped(product, [...outer, inner, bColumns]);
        }
        const columns = transposeB ? bRows : bColumns;
        const order = { start: 0, tap: 0, input: transposeB ? 1 : columns, output: transposeB ? inner : 1 };
        const product = convolveDirect(machine, x, shaped(b, [1, 1, inner, columns]), order, columns);
        return shaped(product, [...outer, rows, columns]);
      },
    },
  ];
}
