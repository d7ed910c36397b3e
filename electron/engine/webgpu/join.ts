/**
 * Joins a coarse level, its pixels repeated two by two, with the channels of its skip connection; and the gradient of
 * both.
 */
import type * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { JOIN_SKIP, JOIN_SKIP_GRADIENT } from '../../learning/network/fused.ts';
import { compute, type Shader } from './shader.ts';

const JOIN: Shader = {
  name: 'joinSkip',
  inputs: ['coarse', 'skip'],
  code: `
    fn main(index: i32) {
      if (index >= uniforms.size) { return; }
      let at = getCoordsFromIndex(index);
      let before = uniforms.coarseShape.w;
      if (at.w < before) { result[index] = getCoarse(at.x, at.y / 2, at.z / 2, at.w); }
      else { result[index] = getSkip(at.x, at.y, at.z, at.w - before); }
    }`,
};

const OF_COARSE: Shader = {
  name: 'joinSkipCoarse',
  inputs: ['dy'],
  code: `
    fn main(index: i32) {
      if (index >= uniforms.size) { return; }
      let at = getCoordsFromIndex(index);
      let row = 2 * at.y;
      let column = 2 * at.z;
      result[index] = getDy(at.x, row, column, at.w) + getDy(at.x, row, column + 1, at.w)
        + getDy(at.x, row + 1, column, at.w) + getDy(at.x, row + 1, column + 1, at.w);
    }`,
};

const OF_SKIP: Shader = {
  name: 'joinSkipSkip',
  inputs: ['dy'],
  whole: ['before'],
  code: `
    fn main(index: i32) {
      if (index >= uniforms.size) { return; }
      let at = getCoordsFromIndex(index);
      result[index] = getDy(at.x, at.y, at.z, at.w + uniforms.before);
    }`,
};

export const joinKernels: tf.KernelConfig[] = [
  {
    kernelName: JOIN_SKIP,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, backend }) => {
      const { coarse, skip } = inputs as Record<'coarse' | 'skip', tf.TensorInfo>;
      const shape = [...skip.shape.slice(0, 3), coarse.shape[3] + skip.shape[3]];
      return compute(backend as WebGPUBackend, JOIN, [coarse, skip], shape);
    },
  },
  {
    kernelName: JOIN_SKIP_GRADIENT,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { dy } = inputs as Record<'dy', tf.TensorInfo>;
      const { coarseChannels } = attrs as { coarseChannels: number };
      const [n, h, w, c] = dy.shape;
      const gpu = backend as WebGPUBackend;
      return [
        compute(gpu, OF_COARSE, [dy], [n, h / 2, w / 2, coarseChannels]),
        compute(gpu, OF_SKIP, [dy], [n, h, w, c - coarseChannels], { values: [coarseChannels] }),
      ];
    },
  },
];
