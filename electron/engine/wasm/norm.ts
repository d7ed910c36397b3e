/** Group norm of each sample with leaky ReLU, and the gradient of both together, a sample a task (see norm-work.ts). */
import type * as tf from '@tensorflow/tfjs';
import { NORM_LEAKY, NORM_LEAKY_GRADIENT, type NormLeakyAttributes } from '../../learning/network/fused.ts';
import type { Machine } from './machine.ts';
import { NORM_VECTORS } from './norm-work.ts';

/** y and the statistics of each sample's groups, [N, 2, groups]: means, then 1 / deviations. */
function normLeaky(
  machine: Machine,
  x: tf.TensorInfo,
  scale: tf.TensorInfo,
  offset: tf.TensorInfo,
  { groups, leak, epsilon }: NormLeakyAttributes,
): tf.TensorInfo[] {
  const [samples, height, width, channels] = x.shape;
  const y = machine.output(x.shape);
  const statistics = machine.output([samples, 2, groups]);
  const pixels = height * width;
  const calls = Array.from({ length: samples }, (_, sample) => [
    ...[x, y].map((tensor) => machine.address(tensor) + 4 * sample * pixels * channels),
    machine.address(statistics) + 4 * sample * 2 * groups,
    ...[scale, offset].map((tensor) => machine.address(tensor)),
    ...[pixels, channels, groups, leak, epsilon],
  ]);
  machine.run('normLeaky', calls, 4 * channels * NORM_VECTORS);
  return [y, statistics];
}

type GradientInputs = Record<'dy' | 'x' | 'scale' | 'offset' | 'statistics', tf.TensorInfo>;

/** Gradients of x, scale and offset. */
function normLeakyGradient(
  machine: Machine,
  { dy, x, scale, offset, statistics }: GradientInputs,
  { groups, leak }: NormLeakyAttributes,
): tf.TensorInfo[] {
  const [samples, height, width, channels] = x.shape;
  const dx = machine.output(x.shape);
  const dScale = machine.output(scale.shape);
  const dOffset = machine.output(offset.shape);
  const pixels = height * width;
  const slopes = machine.scratch('slopes', 8 * samples * 2 * channels); // each sample's part, added up in their order
  const calls = Array.from({ length: samples }, (_, sample) => [
    ...[x, dy, dx].map((tensor) => machine.address(tensor) + 4 * sample * pixels * channels),
    slopes + 8 * sample * 2 * channels,
    machine.address(statistics) + 4 * sample * 2 * groups,
    ...[scale, offset].map((tensor) => machine.address(tensor)),
    ...[pixels, channels, groups, leak],
  ]);
  machine.run('normLeakyGradient', calls, 4 * channels * NORM_VECTORS);
  const doubles = machine.doubles();
  const floats = machine.floats();
  for (const [index, tensor] of [dScale, dOffset].entries()) {
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let sample = 0; sample < samples; sample++) sum += doubles[slopes / 8 + (2 * sample + index) * channels + c];
      floats[machine.address(tensor) / 4 + c] = sum;
    }
  }
  return [dx, dScale, dOffset];
}

export function normKernels(machine: Machine): tf.KernelConfig[] {
  return [
    {
      kernelName: NORM_LEAKY,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) => {
        const { x, scale, offset } = inputs as Record<'x' | 'scale' | 'offset', tf.TensorInfo>;
        return normLeaky(machine, x, scale, offset, attrs as unknown as NormLeakyAttributes);
      },
    },
    {
      kernelName: NORM_LEAKY_GRADIENT,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) =>
        normLeakyGradient(machine, inputs as unknown as GradientInputs, attrs as unknown as NormLeakyAttributes),
    },
  ];
}
