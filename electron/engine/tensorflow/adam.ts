/** A step of Adam for one weight. */
import type * as tf from '@tensorflow/tfjs';
import { ADAM_STEP, type AdamAttributes } from '../../learning/network/adam.ts';
import type { Operations } from './operations.ts';

export function adamKernels(op: Operations): tf.KernelConfig[] {
  return [
    {
      kernelName: ADAM_STEP,
      backendName: 'tensorflow',
      kernelFunc: ({ inputs, attrs }) => {
        const { weight, gradient, first, second } = inputs as Record<
          'weight' | 'gradient' | 'first' | 'second',
          tf.TensorInfo
        >;
        const { stepSize, beta1, beta2, unbias, epsilon } = attrs as unknown as AdamAttributes;
        return op.compute([weight, gradient, first, second], (weight, gradient, first, second) => {
          // Both sides of Adam's fraction are divided by the root of `unbias`, which TensorFlow reckons with the rate.
          const root = Math.sqrt(unbias);
          return op.adam([weight, first, second], gradient, [stepSize / root, beta1, beta2, epsilon / root]);
        });
      },
    },
  ];
}
