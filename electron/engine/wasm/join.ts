/**
 * Joins a coarse level, its pixels repeated two by two, with the channels of its skip connection; and the gradient of
 * both.
 */
import type * as tf from '@tensorflow/tfjs';
import { JOIN_SKIP, JOIN_SKIP_GRADIENT } from '../../learning/network/fused.ts';
import { type Machine, share } from './machine.ts';

/** Runs one of the routines over all rows of the coarse level. */
function run(
  machine: Machine,
  routine: 'joinSkip' | 'joinSkipGradient',
  [coarse, skip, joined]: tf.TensorInfo[],
): void {
  const [n, height, width] = coarse.shape;
  const coarseBytes = 4 * coarse.shape[3];
  const skipBytes = 4 * skip.shape[3];
  const calls = share(n * height, 4 * machine.threads).map(([first, rows]) => [
    machine.address(coarse) + first * width * coarseBytes,
    machine.address(skip) + 4 * first * width * skipBytes,
    machine.address(joined) + 4 * first * width * (coarseBytes + skipBytes),
    rows,
    width,
    coarseBytes,
    skipBytes,
  ]);
  machine.run(routine, calls);
}

function joinSkip(machine: Machine, coarse: tf.TensorInfo, skip: tf.TensorInfo): tf.TensorInfo {
  const [n, height, width, skipChannels] = skip.shape;
  const joined = machine.output([n, height, width, coarse.shape[3] + skipChannels]);
  run(machine, 'joinSkip', [coarse, skip, joined]);
  return joined;
}

/** Gradients of `coarse` and `skip`. */
function joinSkipGradient(machine: Machine, dy: tf.TensorInfo, coarseChannels: number): tf.TensorInfo[] {
  const [n, height, width, channels] = dy.shape;
  const dCoarse = machine.output([n, height / 2, width / 2, coarseChannels]);
  const dSkip = machine.output([n, height, width, channels - coarseChannels]);
  run(machine, 'joinSkipGradient', [dCoarse, dSkip, dy]);
  return [dCoarse, dSkip];
}

export function joinKernels(machine: Machine): tf.KernelConfig[] {
  return [
    {
      kernelName: JOIN_SKIP,
      backendName: 'wasm',
      kernelFunc: ({ inputs }) => {
        const { coarse, skip } = inputs as Record<'coarse' | 'skip', tf.TensorInfo>;
        return joinSkip(machine, coarse, skip);
      },
    },
    {
      kernelName: JOIN_SKIP_GRADIENT,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) => {
        const { dy } = inputs as Record<'dy', tf.TensorInfo>;
        const { coarseChannels } = attrs as { coarseChannels: number };
        return joinSkipGradient(machine, dy, coarseChannels);
      },
    },
  ];
}
