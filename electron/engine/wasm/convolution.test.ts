import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useWasm } from './backend.ts';

type Shape = [number, number, number, number];

beforeAll(useWasm);

/** The same call on the engine and on tfjs's plain JavaScript backend. */
async function onBoth(call: () => tf.Tensor): Promise<[Float32Array, Float32Array]> {
  const results: Float32Array[] = [];
  for (const backend of ['wasm', 'cpu']) {
    await tf.setBackend(backend);
    results.push(tf.tidy(call).dataSync() as Float32Array);
  }
  await tf.setBackend('wasm');
  return [results[0], results[1]];
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

function random(shape: Shape, seed: number): tf.Tensor4D {
  return tf.randomUniform(shape, -1, 1, 'float32', seed) as tf.Tensor4D;
}

// Sizes that fill tiles and blocks exactly and sizes that don't: one pixel, odd sides, odd channels, several blocks.
const cases: { x: Shape; out: number; side: number }[] = [
  { x: [1, 1, 1, 8], out: 8, side: 3 },
  { x: [2, 1, 1, 5], out: 3, side: 3 },
  { x: [3, 3, 3, 16], out: 24, side: 3 },
  { x: [2, 7, 5, 1], out: 12, side: 3 },
  { x: [2, 16, 32, 16], out: 3, side: 1 },
  { x: [1, 4, 4, 6], out: 10, side: 1 },
  { x: [5, 24, 16, 33], out: 20, side: 3 },
  { x: [9, 12, 12, 32], out: 16, side: 3 },
];

describe.each(cases)('convolution of $x with $out filters of side $side', ({ x, out, side }) => {
  const filterShape: Shape = [side, side, x[3], out];
  const dyShape: Shape = [x[0], x[1], x[2], out];

  it('gives what plain JavaScript gives', async () => {
    const [ours, theirs] = await onBoth(() => tf.conv2d(random(x, 1), random(filterShape, 2), 1, 'same'));
    expect(largestDifference(ours, theirs)).toBeLessThan(1e-4);
  });

  it('has the input gradient of plain JavaScript', async () => {
    const [ours, theirs] = await onBoth(() => {
      const f = (input: tf.Tensor) => tf.conv2d(input as tf.Tensor4D, random(filterShape, 2), 1, 'same');
      return tf.grad(f)(random(x, 1), random(dyShape, 3));
    });
    expect(largestDifference(ours, theirs)).toBeLessThan(1e-4);
  });

  it('has the filter gradient of plain JavaScript', async () => {
    const [ours, theirs] = await onBoth(() => {
      const f = (filter: tf.Tensor) => tf.conv2d(random(x, 1), filter as tf.Tensor4D, 1, 'same');
      return tf.grad(f)(random(filterShape, 2), random(dyShape, 3));
    });
    expect(largestDifference(ours, theirs)).toBeLessThan(1e-3);
  });
});

describe('other convolutions', () => {
  it('are left to the backend', async () => {
    const [ours, theirs] = await onBoth(() => {
      const f = (input: tf.Tensor) => tf.conv2d(input as tf.Tensor4D, random([3, 3, 4, 8], 2), 2, 'same');
      return tf.grad(f)(random([2, 8, 8, 4], 1), random([2, 4, 4, 8], 3));
    });
    expect(largestDifference(ours, theirs)).toBeLessThan(1e-4);
  });

  it('without a filter gradient say so', () => {
    const f = (filter: tf.Tensor) => tf.conv2d(random([1, 8, 8, 4], 1), filter as tf.Tensor4D, 2, 'same');
    expect(() => tf.grad(f)(random([3, 3, 4, 8], 2))).toThrow('filter gradient');
  });
});
