/**
 * The kernels that an engine has for the network, held to the same steps put together from tfjs operations on the plain
 * JavaScript backend.
 */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NetworkPart } from '../../shared/weight-shapes.ts';
import { Adam, type AdamState } from '../learning/network/adam.ts';
import { joinSkip, normLeaky } from '../learning/network/fused.ts';
import { project, segmentLogits } from '../learning/network/unet.ts';
import { initialWeights } from '../learning/network/weights.ts';
import { numbers, onBoth, random, startTestEngine } from './testing.ts';

beforeAll(startTestEngine);

function expectClose([ours, theirs]: [number[], number[]], tolerance: number): void {
  expect(ours.length).toBe(theirs.length);
  const worst = ours.reduce((largest, value, i) => Math.max(largest, Math.abs(value - theirs[i])), 0);
  expect(worst).toBeLessThan(tolerance);
}

describe('norm with leaky ReLU', () => {
  it.each([
    { shape: [2, 5, 3, 8], low: -1, high: 1 },
    { shape: [3, 16, 16, 4], low: 9, high: 11 }, // a mean far from 0
    { shape: [1, 1, 1, 16], low: -1, high: 1 },
    { shape: [2, 4, 4, 36], low: -1, high: 1 },
    { shape: [2, 3, 3, 6], low: -1, high: 1 },
  ])('gives the values and gradients of $shape between $low and $high', async ({ shape, low, high }) => {
    const channels = shape[3];
    const results = await onBoth(() =>
      numbers(() => {
        const inputs = [random(shape, 1, low, high), random([channels], 2), random([channels], 3)];
        const f = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) => normLeaky(x as tf.Tensor4D, scale, offset);
        const [x, scale, offset] = inputs;
        return [f(x, scale, offset), ...tf.grads(f)(inputs, random(shape, 4))];
      }),
    );
    expectClose(results, 2e-3);
  });

  it('turns a constant slice into its offset', async () => {
    const [value] = await numbers(() => [normLeaky(tf.fill([1, 4, 4, 4], 7), tf.ones([4]), tf.fill([4], 0.5))]);
    expect(value).toBeCloseTo(0.5, 3);
  });
});

describe('joining a skip connection', () => {
  it.each([
    { coarse: [2, 3, 2, 8], skip: [2, 6, 4, 4] },
    { coarse: [1, 1, 1, 4], skip: [1, 2, 2, 12] },
    { coarse: [3, 2, 2, 3], skip: [3, 4, 4, 5] },
  ])('gives the values and gradients of $coarse with $skip', async ({ coarse, skip }) => {
    const results = await onBoth(() =>
      numbers(() => {
        const inputs = [random(coarse, 1), random(skip, 2)];
        const f = (a: tf.Tensor, b: tf.Tensor) => joinSkip(a as tf.Tensor4D, b as tf.Tensor4D);
        const dy = random([...skip.slice(0, 3), coarse[3] + skip[3]], 3);
        return [f(inputs[0], inputs[1]), ...tf.grads(f)(inputs, dy)];
      }),
    );
    expectClose(results, 1e-6);
  });
});

describe('gradient of 2x2 maxima', () => {
  const gradient = (x: tf.Tensor4D, dy: tf.Tensor) =>
    tf.grad((input: tf.Tensor) => tf.maxPool(input as tf.Tensor4D, 2, 2, 'valid'))(x, dy);

  it('is that of plain JavaScript', async () => {
    for (const [n, h, w, c] of [
      [2, 3, 2, 8],
      [3, 2, 5, 12],
    ]) {
      const dy = () => random([n, h, w, c], 2);
      expectClose(await onBoth(() => numbers(() => [gradient(random([n, 2 * h, 2 * w, c], 1), dy())])), 1e-6);
    }
  });

  it('goes to one pixel where several hold the maximum', async () => {
    const ours = await numbers(() => [gradient(tf.ones([1, 2, 2, 4]), tf.fill([1, 1, 1, 4], 3))]);
    expect(ours).toEqual([3, 3, 3, 3, ...new Array(12).fill(0)]);
  });
});

describe('the whole network', () => {
  const settings = { levels: 3, baseWidth: 4, featureLength: 16, classes: 3 };
  const parts: NetworkPart[] = ['encoder', 'projection', 'decoder'];

  function variables(): Record<string, tf.Variable> {
    const values = Object.entries(initialWeights(settings, parts, 5));
    return Object.fromEntries(values.map(([name, { shape, data }]) => [name, tf.variable(tf.tensor(data, shape))]));
  }

  /** Gradients by weight of a sum over all class scores with fixed random signs and sizes. */
  function gradients(weights: Record<string, tf.Variable>): Record<string, tf.Tensor> {
    const loss = () =>
      tf.tidy(() => {
        const logits = segmentLogits(weights, random([2, 16, 8, 1], 1), settings);
        return tf.sum(tf.mul(logits, random([2, 16, 8, 3], 2))) as tf.Scalar;
      });
    const trained = Object.entries(weights).filter(([name]) => !name.startsWith('projection.'));
    const { value, grads } = tf.variableGrads(
      loss,
      trained.map(([, weight]) => weight),
    );
    value.dispose();
    return Object.fromEntries(trained.map(([name, weight]) => [name, grads[weight.name]]));
  }

  it('has the gradients of plain JavaScript', async () => {
    const results = await onBoth(async () => {
      const weights = variables();
      const result = await numbers(() => Object.values(gradients(weights)));
      tf.dispose(weights);
      return result;
    });
    expectClose(results, 5e-3);
  });

  it('learns as on plain JavaScript, and leaks no tensor', async () => {
    const [ours, theirs] = await onBoth(async (): Promise<AdamState> => {
      const weights = variables();
      const adam = new Adam(weights, 1e-2, { 'encoder.': 0.5 });
      let before = 0;
      for (let step = 0; step < 3; step++) {
        const slopes = gradients(weights);
        adam.step(slopes);
        tf.dispose(slopes);
        if (step === 0) before = tf.memory().numTensors;
      }
      expect(tf.memory().numTensors).toBe(before);
      const state = await adam.state();
      adam.dispose();
      tf.dispose(weights);
      return state;
    });
    expect(ours.steps).toBe(3);
    const moments = ({ first }: AdamState) => Object.values(first).flatMap((each) => [...each]);
    expectClose([moments(ours), moments(theirs)], 1e-2);
  });

  it('has feature vectors of length 1', async () => {
    const lengths = await numbers(() => {
      const vectors = project(variables(), random([5, 4, 2, 16], 1), settings);
      return [tf.sum(tf.square(vectors), 1)];
    });
    for (const length of lengths) expect(length).toBeCloseTo(1, 5);
  });
});
