/**
 * Group norm of each sample, then leaky ReLU, and the gradient of both together.
 *
 * With x^ the normed x, s and o scale and offset, y = leaky(s x^ + o), and g the gradient before the activation (dy,
 * times the leak where y is not above 0): d offset = sum of g, d scale = sum of g x^, and over the M numbers of a group
 * dx = (s g - (sum of s g) / M - x^ (sum of s g x^) / M) / deviation.
 */
import type * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { NORM_LEAKY, NORM_LEAKY_GRADIENT, type NormLeakyAttributes } from '../../learning/network/fused.ts';
import { compute, type Shader, TOTAL, WORKGROUP } from './shader.ts';

/** [N, 2, groups] of x [N, H, W, C]: means, then 1 / deviations. A workgroup takes a group of a sample. */
const STATISTICS: Shader = {
  name: 'normStatistics',
  inputs: ['x'],
  whole: ['groups'],
  real: ['epsilon'],
  code: `
    ${TOTAL}
    fn main(index: i32) {
      let shape = uniforms.xShape;
      let sample = index / ${WORKGROUP} / uniforms.groups;
      let group = index / ${WORKGROUP} % uniforms.groups;
      let channels = shape.w / uniforms.groups;
      let count = select(0, shape.y * shape.z * channels, sample < shape.x);
      let start = sample * shape.y * shape.z * shape.w + group * channels;
      var sum = 0.0;
      for (var i = i32(localIndex); i < count; i += ${WORKGROUP}) {
        sum += x[start + i / channels * shape.w + i % channels];
      }
      let mean = total(vec4<f32>(sum)).x / f32(max(1, count));
      var squares = 0.0;
      for (var i = i32(localIndex); i < count; i += ${WORKGROUP}) {
        let centred = x[start + i / channels * shape.w + i % channels] - mean;
        squares += centred * centred;
      }
      let variance = total(vec4<f32>(squares)).x / f32(max(1, count));
      if (localIndex == 0u && count > 0) {
        result[sample * 2 * uniforms.groups + group] = mean;
        result[(sample * 2 + 1) * uniforms.groups + group] = inverseSqrt(variance + uniforms.epsilon);
      }
    }`,
};

/** Where an element's channel is, and its group's statistics. */
const PLACE = `
  let shape = uniforms.xShape;
  let channel = index % shape.w;
  let sample = index / (shape.y * shape.z * shape.w);
  let groupAt = sample * 2 * uniforms.groups + channel / (shape.w / uniforms.groups);
  let mean = statistics[groupAt];
  let inverse = statistics[groupAt + uniforms.groups];`;

const APPLY: Shader = {
  name: 'normApply',
  inputs: ['x', 'scale', 'offset', 'statistics'],
  whole: ['groups'],
  real: ['leak'],
  code: `
    fn main(index: i32) {
      if (index >= uniforms.size) { return; }
      ${PLACE}
      let z = (x[index] - mean) * inverse * scale[channel] + offset[channel];
      result[index] = max(z, z * uniforms.leak);
    }`,
};

/** [N, 2, C]: of each sample's channels the sums of g, then of g x^. A workgroup takes four channels of a sample. */
const CHANNEL_SUMS: Shader = {
  name: 'normChannelSums',
  inputs: ['dy', 'x', 'y', 'statistics'],
  whole: ['groups'],
  real: ['leak'],
  code: `
    ${TOTAL}
    fn main(index: i32) {
      let shape = uniforms.xShape;
      let fours = shape.w / 4;
      let sample = index / ${WORKGROUP} / fours;
      let channel = index / ${WORKGROUP} % fours * 4;
      let pixels = select(0, shape.y * shape.z, sample < shape.x);
      let start = sample * shape.y * shape.z * shape.w + channel;
      let channels = vec4<i32>(channel, channel + 1, channel + 2, channel + 3) / (shape.w / uniforms.groups);
      var mean = vec4<f32>(0.0);
      var inverse = vec4<f32>(0.0);
      for (var i = 0; i < 4; i++) {
        mean[i] = statistics[sample * 2 * uniforms.groups + channels[i]];
        inverse[i] = statistics[(sample * 2 + 1) * uniforms.groups + channels[i]];
      }
      var sum = vec4<f32>(0.0);
      var product = vec4<f32>(0.0);
      for (var pixel = i32(localIndex); pixel < pixels; pixel += ${WORKGROUP}) {
        for (var i = 0; i < 4; i++) {
          let at = start + pixel * shape.w + i;
          let g = dy[at] * select(uniforms.leak, 1.0, y[at] > 0.0);
          sum[i] += g;
          product[i] += g * (x[at] - mean[i]) * inverse[i];
        }
      }
      let sums = total(sum);
      let products = total(product);
      if (localIndex == 0u && pixels > 0) {
        for (var i = 0; i < 4; i++) {
          result[sample * 2 * shape.w + channel + i] = sums[i];
          result[(sample * 2 + 1) * shape.w + channel + i] = products[i];
        }
      }
    }`,
};

/** [C]: over all samples the sums of g, or, of row 1, of g x^. */
const OVER_SAMPLES: Shader = {
  name: 'normOverSamples',
  inputs: ['sums'],
  whole: ['row'],
  code: `
    fn main(index: i32) {
      if (index >= uniforms.size) { return; }
      var sum = 0.0;
      for (var sample = 0; sample < uniforms.sumsShape.x; sample++) {
        sum += sums[(sample * 2 + uniforms.row) * uniforms.size + index];
      }
      result[index] = sum;
    }`,
};

/** [N, 2, groups]: over a group's channels the means of s g, then of s g x^. */
const OVER_GROUPS: Shader = {
  name: 'normOverGroups',
  inputs: ['sums', 'scale'],
  whole: ['groups', 'count'],
  code: `
    fn main(index: i32) {
      if (index >= uniforms.size) { return; }
      let channels = uniforms.sumsShape.z;
      let each = channels / uniforms.groups;
      var sum = 0.0;
      for (var i = 0; i < each; i++) {
        let channel = index % uniforms.groups * each + i;
        sum += scale[channel] * sums[index / uniforms.groups * channels + channel];
      }
      result[index] = sum / f32(uniforms.count);
    }`,
};

const GRADIENT: Shader = {
  name: 'normGradient',
  inputs: ['dy', 'x', 'y', 'scale', 'statistics', 'means'],
  whole: ['groups'],
  real: ['leak'],
  code: `
    fn main(index: i32) {
      if (index >= uniforms.size) { return; }
      ${PLACE}
      let g = dy[index] * select(uniforms.leak, 1.0, y[index] > 0.0);
      let normed = (x[index] - mean) * inverse;
      result[index] = inverse * (scale[channel] * g - means[groupAt] - normed * means[groupAt + uniforms.groups]);
    }`,
};

type GradientInputs = Record<'dy' | 'x' | 'y' | 'scale' | 'statistics', tf.TensorInfo>;

function normLeakyGradient(gpu: WebGPUBackend, inputs: GradientInputs, { groups, leak }: NormLeakyAttributes) {
  const { dy, x, y, scale, statistics } = inputs;
  const [n, h, w, c] = x.shape;
  const values = [groups, leak];
  const sums = compute(gpu, CHANNEL_SUMS, [dy, x, y, statistics], [n, 2, c], { values, workgroups: (n * c) / 4 });
  const [dOffset, dScale] = [0, 1].map((row) => compute(gpu, OVER_SAMPLES, [sums], [c], { values: [row] }));
  const counted = [groups, (h * w * c) / groups];
  const means = compute(gpu, OVER_GROUPS, [sums, scale], [n, 2, groups], { values: counted });
  const dx = compute(gpu, GRADIENT, [dy, x, y, scale, statistics, means], x.shape, { values });
  for (const { dataId } of [sums, means]) gpu.disposeData(dataId);
  return [dx, dScale, dOffset];
}

export const normKernels: tf.KernelConfig[] = [
  {
    kernelName: NORM_LEAKY,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x, scale, offset } = inputs as Record<'x' | 'scale' | 'offset', tf.TensorInfo>;
      const { groups, leak, epsilon } = attrs as unknown as NormLeakyAttributes;
      const gpu = backend as WebGPUBackend;
      const workgroups = x.shape[0] * groups;
      const shape = [x.shape[0], 2, groups];
      const statistics = compute(gpu, STATISTICS, [x], shape, { values: [groups, epsilon], workgroups });
      return [compute(gpu, APPLY, [x, scale, offset, statistics], x.shape, { values: [groups, leak] }), statistics];
    },
  },
  {
    kernelName: NORM_LEAKY_GRADIENT,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs, backend }) =>
      normLeakyGradient(
        backend as WebGPUBackend,
        inputs as unknown as GradientInputs,
        attrs as unknown as NormLeakyAttributes,
      ),
  },
];
