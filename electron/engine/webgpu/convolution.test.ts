/** Convolutions and their gradients, held to TensorFlow.js's plain JavaScript backend. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine } from '../testing.ts';

type Shape = [number, number, number, number];

beforeAll(startTestEngine);

/** What `make` gives, on the graphics card and in plain JavaScript: the numbers of all tensors in one array each. */
async function onBoth(make: () => tf.Tensor[]): Promise<[number[], number[]]> {
  const results: number[][] = [];
  for (const backend of ['webgpu', 'cpu']) {
    await tf.setBackend(backend);
    const tensors = tf.tidy(make);
    const numbers = await Promise.all(tensors.map((tensor) => tensor.data()));
    tf.dispose(tensors);
    results.push(numbers.flatMap((each) => [...each]));
  }
  await tf.setBackend('webgpu');
  return [results[0], results[1]];
}

async function expectSame(make: () => tf.Tensor[], tolerance: number): Promise<void> {
  const [ours, theirs] = await onBoth(make);
  expect(ours.length).toBe(theirs.length);
  const worst = ours.reduce((largest, value, i) => Math.max(largest, Math.abs(value - theirs[i])), 0);
  expect(worst).toBeLessThan(tolerance);
}

function random(shape: number[], seed: number, low = -1, high = 1): tf.Tensor4D {
  return tf.randomUniform(shape as Shape, low, high, 'float32', seed);
}

// Sizes that fill tiles exactly and sizes that don't: one pixel, odd sides, odd channels, several tiles and chunks.
describe.each<{ x: Shape; out: number; side: number }>([
  { x: [1, 1, 1, 8], out: 8, side: 3 },
  { x: [2, 1, 1, 5], out: 3, side: 3 },
  { x: [3, 3, 3, 16], out: 24, side: 3 },
  { x: [2, 7, 5, 1], out: 12, side: 3 },
  { x: [2, 16, 32, 16], out: 3, side: 1 },
  { x: [1, 4, 4, 6], out: 10, side: 1 },
  { x: [3, 12, 8, 33], out: 20, side: 3 },
  { x: [2, 40, 24, 4], out: 8, side: 3 },
])('convolution of $x with $out filters of side $side', ({ x, out, side }) => {
  const filter: Shape = [side, side, x[3], out];
  const dy: Shape = [x[0], x[1], x[2], out];

  it('and its gradients are those of plain JavaScript', async () => {
    await expectSame(() => {
      const f = (input: tf.Tensor, weights: tf.Tensor) =>
        tf.conv2d(input as tf.Tensor4D, weights as tf.Tensor4D, 1, 'same');
      const inputs = [random(x, 1), random(filter, 2)];
      return [f(inputs[0], inputs[1]), ...tf.grads(f)(inputs, random(dy, 3))];
    }, 1e-3);
  });
});
