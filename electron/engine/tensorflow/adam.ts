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
          const towards = (old: typeof first, now: typeof first, beta: number) =>
            op.add(old, op.multiply(op.subtract(now, old), op.number(1 - beta)));
          const newFirst = towards(first, gradient, beta1);
          const newSecond = towards(second, op.square(gradient), beta2);
          // Both sides of the fraction are divided by the root of `unbias`, which spares a pass.
          const deviation = op.add(op.squareRoot(newSecond), op.number(epsilon / Math.sqrt(unbias)));
          const step = op.multiply(op.divide(newFirst, deviation), op.number(stepSize / Math.sqrt(unbias)));
          return [op.subtract(weight, step), newFirst, newSecond];
        });
      },
    },
  ];
}
