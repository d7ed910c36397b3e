/** The sums of the segmentation loss and their gradient, a slice a task (see segmentation-work.ts). */
import type * as tf from '@tensorflow/tfjs';
import { SEGMENTATION_SUMS, SEGMENTATION_SUMS_GRADIENT } from '../../learning/segmentation-loss.ts';
import type { Machine } from './machine.ts';

/** Sums [3, C] of the whole batch, added up slice by slice, and probabilities [N, H, W, C]. */
function segmentationSums(machine: Machine, logits: tf.TensorInfo, classes: tf.TensorInfo): tf.TensorInfo[] {
  const [slices, height, width, classCount] = logits.shape;
  const pixels = height * width;
  const probabilities = machine.output(logits.shape);
  const sums = machine.output([3, classCount]);
  const parts = machine.scratch('segmentation sums', 8 * slices * 3 * classCount);
  const calls = Array.from({ length: slices }, (_, slice) => [
    machine.address(logits) + 4 * slice * pixels * classCount,
    machine.address(classes) + 4 * slice * pixels,
    machine.address(probabilities) + 4 * slice * pixels * classCount,
    parts + 8 * slice * 3 * classCount,
    ...[pixels, classCount],
  ]);
  machine.run('segmentationSums', calls);
  const doubles = machine.doubles();
  const floats = machine.floats();
  for (let i = 0; i < 3 * classCount; i++) {
    let sum = 0;
    for (let slice = 0; slice < slices; slice++) sum += doubles[parts / 8 + slice * 3 * classCount + i];
    floats[machine.address(sums) / 4 + i] = sum;
  }
  return [sums, probabilities];
}

/** Slopes at the logits [N, H, W, C] from those at the sums [3, C]. */
function segmentationSumsGradient(
  machine: Machine,
  dSums: tf.TensorInfo,
  probabilities: tf.TensorInfo,
  classes: tf.TensorInfo,
): tf.TensorInfo {
  const [slices, height, width, classCount] = probabilities.shape;
  const pixels = height * width;
  const dLogits = machine.output(probabilities.shape);
  const calls = Array.from({ length: slices }, (_, slice) => [
    machine.address(probabilities) + 4 * slice * pixels * classCount,
    machine.address(classes) + 4 * slice * pixels,
    machine.address(dSums),
    machine.address(dLogits) + 4 * slice * pixels * classCount,
    ...[pixels, classCount],
  ]);
  machine.run('segmentationSumsGradient', calls);
  return dLogits;
}

type Inputs = Record<'logits' | 'classes' | 'dSums' | 'probabilities', tf.TensorInfo>;

export function segmentationKernels(machine: Machine): tf.KernelConfig[] {
  return [
    {
      kernelName: SEGMENTATION_SUMS,
      backendName: 'wasm',
      kernelFunc: ({ inputs }) => {
        const { logits, classes } = inputs as Inputs;
        return segmentationSums(machine, logits, classes);
      },
    },
    {
      kernelName: SEGMENTATION_SUMS_GRADIENT,
      backendName: 'wasm',
      kernelFunc: ({ inputs }) => {
        const { dSums, probabilities, classes } = inputs as Inputs;
        return segmentationSumsGradient(machine, dSums, probabilities, classes);
      },
    },
  ];
}
