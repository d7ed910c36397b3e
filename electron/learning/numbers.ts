/**
 * How numbers come back from the engine. They are always waited for: a graphics card computes on the side, and cannot
 * be read at once.
 */
import type * as tf from '@tensorflow/tfjs';

/** The numbers of a tensor that is needed no more; it is disposed, also where reading fails. */
export async function takeNumbers(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return new Float32Array(await tensor.data<'float32'>());
  } finally {
    tensor.dispose();
  }
}
