/** One step of Adam for one weight in one pass over its numbers. */
import type * as tf from '@tensorflow/tfjs';
import { ADAM_STEP, type AdamAttributes } from '../../learning/network/adam.ts';
import { type Machine, share } from './machine.ts';

const LEAST_FOURS = 4096; // a thread's share: less is not worth waking it

export function adamKernels(machine: Machine): tf.KernelConfig[] {
  return [
    {
      kernelName: ADAM_STEP,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) => {
        const { weight, gradient, first, second } = inputs as Record<
          'weight' | 'gradient' | 'first' | 'second',
          tf.TensorInfo
        >;
        const { stepSize, beta1, beta2, unbias, epsilon } = attrs as unknown as AdamAttributes;
        const outputs = [0, 1, 2].map(() => machine.output(weight.shape, 16));
        const addresses = [weight, gradient, first, second, ...outputs].map((tensor) => machine.address(tensor));
        const fours = Math.ceil(weight.shape.reduce((product, side) => product * side, 1) / 4);
        const shares = share(fours, Math.min(machine.threads, Math.ceil(fours / LEAST_FOURS)));
        const settings = [-stepSize, 1 - beta1, 1 - beta2, unbias, epsilon];
        machine.run(
          'adam',
          shares.map(([first, count]) => [...addresses.map((address) => address + 16 * first), count, ...settings]),
        );
        return outputs;
      },
    },
  ];
}
