/** The sum of a tensor and a vector along its last axis, such as a bias. The backend's own is slow at it. */
import * as tf from '@tensorflow/tfjs';
import { type Machine, share } from './machine.ts';

const FOUR = 4; // numbers that are added at once

export function addKernels(machine: Machine): tf.KernelConfig[] {
  const general = tf.getKernel('Add', 'wasm').kernelFunc;
  return [
    {
      kernelName: 'Add',
      backendName: 'wasm',
      kernelFunc: (call) => {
        const { a, b } = call.inputs as Record<'a' | 'b', tf.TensorInfo>;
        const [channels] = b.shape;
        const numbers = tf.util.sizeFromShape(a.shape);
        const repeated = FOUR * channels; // numbers of four vectors, which fill fours whatever their length
        const fits =
          a.dtype === 'float32' &&
          b.dtype === 'float32' &&
          b.shape.length === 1 &&
          a.shape.length > 1 &&
          a.shape[a.shape.length - 1] === channels &&
          numbers % repeated === 0;
        if (!fits) return general(call);
        const out = machine.output(a.shape);
        const vectors = machine.scratch('repeated vector', 4 * repeated);
        const floats = machine.floats();
        for (let i = 0; i < repeated; i++) floats[vectors / 4 + i] = floats[machine.address(b) / 4 + (i % channels)];
        const calls = share(numbers / repeated, machine.threads).map(([first, periods]) => [
          machine.address(a) + 4 * first * repeated,
          vectors,
          machine.address(out) + 4 * first * repeated,
          ...[channels, periods],
        ]);
        machine.run('add', calls);
        return out;
      },
    },
  ];
}
