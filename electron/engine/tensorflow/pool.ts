/**
 * The gradient of 2 x 2 maxima on a processor, by oneDNN. TensorFlow's plain one, which gives the same numbers, takes
 * twenty times as long: it goes through the pixels in one thread.
 */
import * as tf from '@tensorflow/tfjs';
import type { Operations } from './operations.ts';

interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: unknown;
}

/** None where TensorFlow was built without oneDNN. The plain kernel must have been registered. */
export function poolKernels(op: Operations): tf.KernelConfig[] {
  if (!hasOneDnn(op)) return [];
  const plain = tf.getKernel(tf.MaxPoolGrad, 'tensorflow');
  const gradient: tf.KernelConfig = {
    kernelName: tf.MaxPoolGrad,
    backendName: 'tensorflow',
    kernelFunc: (call) => {
      const { dy, input } = call.inputs as Record<'dy' | 'input', tf.TensorInfo>;
      const { filterSize, strides, pad } = call.attrs as unknown as PoolAttributes;
      const halves = [filterSize, strides].flat().every((size) => size === 2) && pad === 'valid';
      if (!halves) return plain.kernelFunc(call);
      const [dx] = op.compute([dy, input], (dy, input) => [op.maximaSlope(dy, input, op.maxima(input))]);
      return dx;
    },
  };
  tf.unregisterKernel(tf.MaxPoolGrad, 'tensorflow');
  return [gradient];
}

function hasOneDnn(op: Operations): boolean {
  try {
    op.compute([], () => {
      op.maxima(op.broadcast(op.number(0), [1, 2, 2, 4]));
      return []; // a tensor could not be given before the backend is in use
    });
    return true;
  } catch {
    return false;
  }
}
