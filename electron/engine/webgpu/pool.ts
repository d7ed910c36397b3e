/**
 * Gradient of 2 x 2 maxima. Where several pixels of a window hold its maximum, it goes to the first, as on the other
 * engines; the backend's own gives it to the last, and in an even background all pixels are alike.
 */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { compute, type Shader } from './shader.ts';

const GRADIENT: Shader = {
  name: 'poolGradient',
  inputs: ['dy', 'x', 'y'],
  code: `
    fn main(index: i32) {
      if (index >= uniforms.size) { return; }
      let at = getCoordsFromIndex(index);
      let row = at.y / 2;
      let column = at.z / 2;
      let largest = getY(at.x, row, column, at.w);
      var first = 3;
      for (var place = 2; place >= 0; place--) {
        if (getX(at.x, 2 * row + place / 2, 2 * column + place % 2, at.w) == largest) { first = place; }
      }
      let own = 2 * (at.y % 2) + at.z % 2;
      result[index] = select(0.0, getDy(at.x, row, column, at.w), own == first);
    }`,
};

interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: unknown;
}

function isByTwo({ filterSize, strides, pad }: PoolAttributes, [, h, w]: number[]): boolean {
  const sides = [filterSize, strides].flat();
  return sides.every((side) => side === 2) && pad === 'valid' && h % 2 === 0 && w % 2 === 0;
}

export function poolKernels(): tf.KernelConfig[] {
  const own = tf.getKernel(tf.MaxPoolGrad, 'webgpu').kernelFunc;
  return [
    {
      kernelName: tf.MaxPoolGrad,
      backendName: 'webgpu',
      kernelFunc: (call) => {
        const { dy, input, output } = call.inputs as Record<'dy' | 'input' | 'output', tf.TensorInfo>;
        if (!isByTwo(call.attrs as unknown as PoolAttributes, input.shape)) return own(call);
        return compute(call.backend as WebGPUBackend, GRADIENT, [dy, input, output], input.shape);
      },
    },
  ];
}
