/** Convolutions and their gradients, held to TensorFlow.js's plain JavaScript backend. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers, onBoth, random, startTestEngine } from '../testing.ts';

type Shape = [number, number, number, number];

beforeAll(startTestEngine);

async function expectSame(make: () => tf.Tensor[], tolerance: number): Promise<void> {
  const [ours, theirs] = await onBoth(() => numbers(make));
  expect(ours.length).toBe(theirs.length);
  const worst = ours.reduce((largest, value, i) => Math.max(largest, Math.abs(value - theirs[i])), 0);
  expect(worst).toBeLessThan(tolerance);
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
