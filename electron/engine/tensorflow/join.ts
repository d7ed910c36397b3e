/**
 * The joining of a coarse level with its skip connection, and its gradient. Pixels are repeated by the gradient of 2 x
 * 2 means and summed by the means, which TensorFlow does in all threads, and on a card always in the same order.
 */
import type * as tf from '@tensorflow/tfjs';
import { JOIN_SKIP, JOIN_SKIP_GRADIENT } from '../../learning/network/fused.ts';
import type { Operations } from './operations.ts';

export function joinKernels(op: Operations): tf.KernelConfig[] {
  return [
    {
      kernelName: JOIN_SKIP,
      backendName: 'tensorflow',
      kernelFunc: ({ inputs }) => {
        const { coarse, skip } = inputs as Record<'coarse' | 'skip', tf.TensorInfo>;
        const [joined] = op.compute([coarse, skip], (coarse, skip) => {
          const repeated = op.quarters(op.multiply(coarse, op.number(4)));
          return [op.concatenate([repeated, skip], 3)];
        });
        return joined;
      },
    },
    {
      kernelName: JOIN_SKIP_GRADIENT,
      backendName: 'tensorflow',
      kernelFunc: ({ inputs, attrs }) => {
        const coarseChannels = attrs?.coarseChannels as number;
        return op.compute([inputs.dy as tf.TensorInfo], (dy) => {
          const means = op.slice(op.halve(dy), [0, 0, 0, 0], [-1, -1, -1, coarseChannels]);
          const dSkip = op.slice(dy, [0, 0, 0, coarseChannels], [-1, -1, -1, -1]);
          return [op.multiply(means, op.number(4)), dSkip];
        });
      },
    },
  ];
}
