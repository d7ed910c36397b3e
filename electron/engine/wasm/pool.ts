/** 2x2 maxima, and their gradient: each slope goes to the first pixel of its four that holds the maximum. */
import * as tf from '@tensorflow/tfjs';
import { type Machine, share } from './machine.ts';

interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The size of the maxima where this file computes them: halves of even sides, channels in fours. */
function halves(xShape: number[], attrs: unknown): [number, number, number, number] | undefined {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as PoolAttributes;
  const shape = xShape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const sides = [info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth];
  const fits = info.outHeight * 2 === shape[1] && info.outWidth * 2 === shape[2] && shape[3] % 4 === 0;
  return fits && sides.every((side) => side === 2) ? info.outShape : undefined;
}

/** Tensors of x's shape have four times the pixels of tensors of y's; `run` calls the routine over all rows of y. */
function run(machine: Machine, routine: 'pool' | 'poolGradient', tensors: tf.TensorInfo[], yShape: number[]): void {
  const [images, height, width, channels] = yShape;
  const rowBytes = 4 * width * channels;
  const calls = share(images * height, 4 * machine.threads).map(([first, rows]) => [
    ...tensors.map((tensor) => machine.address(tensor) + first * rowBytes * (tensor.shape[2] === width ? 1 : 4)),
    ...[rows, width, 4 * channels],
  ]);
  machine.run(routine, calls);
}

export function poolKernels(machine: Machine): tf.KernelConfig[] {
  const forward = tf.getKernel('MaxPool', 'wasm').kernelFunc;
  const backward = tf.getKernel('MaxPoolGrad', 'wasm').kernelFunc;
  return [
    {
      kernelName: 'MaxPool',
      backendName: 'wasm',
      kernelFunc: (call) => {
        const { x } = call.inputs as { x: tf.TensorInfo };
        const shape = halves(x.shape, call.attrs);
        if (!shape) return forward(call);
        const y = machine.output(shape);
        run(machine, 'pool', [x, y], shape);
        return y;
      },
    },
    {
      kernelName: 'MaxPoolGrad',
      backendName: 'wasm',
      kernelFunc: (call) => {
        const { dy, input, output } = call.inputs as Record<'dy' | 'input' | 'output', tf.TensorInfo>;
        const shape = halves(input.shape, call.attrs);
        if (!shape) return backward(call);
        const dx = machine.output(input.shape);
        run(machine, 'poolGradient', [input, output, dy, dx], shape);
        return dx;
      },
    },
  ];
}
