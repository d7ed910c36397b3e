/** The kernels that an engine has for the network, held to the same steps put together from tfjs operations on the plain JavaScript backend. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Part } from '../../shared/weight-shapes.ts';
import { Adam, type AdamState } from '../learning/network/adam.ts';
import { joinSkip, normLeaky } from '../learning/network/fused.ts';
import { project, segmentLogits } from '../learning/network/unet.ts';
import { initialWeights } from '../learning/network/weights.ts';
import { startTestEngine } from './testing.ts';

beforeAll(startTestEngine);

async function onBoth<T>(call: () => T | Promise<T>): Promise<[T, T]> {
  const engine = tf.getBackend();
  const ours = await call();
  await tf.setBackend('cpu');
  const theirs = await call();
  await tf.setBackend(engine);
  return [ours, theirs];
}

/** Numbers of all tensors in one array. */
function numbers(tensors: tf.Tensor[]): number[] {
  return tensors.flatMap((tensor) => [...tensor.dataSync()]);
}

function expectClose(ours: number[], theirs: number[], tolerance: number): void {
  expect(ours.length).toBe(theirs.length);
  const worst = ours.reduce((largest, value, i) => Math.max(largest, Math.abs(value - theirs[i])), 0);
  expect(worst).toBeLessThan(tolerance);
}

function random(shape: number[], seed: number, low = -1, high = 1): tf.Tensor4D {
  return tf.randomUniform(shape as [number, number, number, number], low, high, 'float32', seed);
}

describe('norm with leaky ReLU', () => {
  it.each([
    { shape: [2, 5, 3, 8], low: -1, high: 1 },
    { shape: [3, 16, 16, 4], low: 9, high: 11 }, // a mean far from 0
    { shape: [1, 1, 1, 16], low: -1, high: 1 },
    { shape: [2, 4, 4, 36], low: -1, high: 1 },
  ])('gives the values and gradients of $shape between $low and $high', async ({ shape, low, high }) => {
    const channels = shape[3];
    const [ours, theirs] = await onBoth(() =>
      tf.tidy(() => {
        const inputs = [random(shape, 1, low, high), random([channels], 2), random([channels], 3)];
        const f = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) => normLeaky(x as tf.Tensor4D, scale, offset);
        const [x, scale, offset] = inputs;
        return numbers([f(x, scale, offset), ...tf.grads(f)(inputs, random(shape, 4))]);
      }),
    );
    expectClose(ours, theirs, 2e-3);
  });

  it('turns a constant slice into its offset', () => {
    const [value] = tf.tidy(() => numbers([normLeaky(tf.fill([1, 4, 4, 4], 7), tf.ones([4]), tf.fill([4], 0.5))]));
    expect(value).toBeCloseTo(0.5, 3);
  });
});

describe('joining a skip connection', () => {
  it.each([
    { coarse: [2, 3, 2, 8], skip: [2, 6, 4, 4] },
    { coarse: [1, 1, 1, 4], skip: [1, 2, 2, 12] },
  ])('gives the values and gradients of $coarse with $skip', async ({ coarse, skip }) => {
    const [ours, theirs] = await onBoth(() =>
      tf.tidy(() => {
        const inputs = [random(coarse, 1), random(skip, 2)];
        const f = (a: tf.Tensor, b: tf.Tensor) => joinSkip(a as tf.Tensor4D, b as tf.Tensor4D);
        const dy = random([...skip.slice(0, 3), coarse[3] + skip[3]], 3);
        return numbers([f(inputs[0], inputs[1]), ...tf.grads(f)(inputs, dy)]);
      }),
    );
    expectClose(ours, theirs, 1e-6);
  });
});

describe('gradient of 2x2 maxima', () => {
  const gradient = (x: tf.Tensor4D, dy: tf.Tensor) =>
    tf.grad((input: tf.Tensor) => tf.maxPool(input as tf.Tensor4D, 2, 2, 'valid'))(x, dy);

  it('is that of plain JavaScript', async () => {
    const [ours, theirs] = await onBoth(() =>
      tf.tidy(() => numbers([gradient(random([2, 6, 4, 8], 1), random([2, 3, 2, 8], 2))])),
    );
    expectClose(ours, theirs, 1e-6);
  });

  it('goes to one pixel where several hold the maximum', () => {
    const ours = tf.tidy(() => numbers([gradient(tf.ones([1, 2, 2, 4]), tf.fill([1, 1, 1, 4], 3))]));
    expect(ours).toEqual([3, 3, 3, 3, ...new Array(12).fill(0)]);
  });
});

describe('the whole network', () => {
  const settings = { levels: 3, baseWidth: 4, featureLength: 16, classes: 3 };
  const parts: Part[] = ['encoder', 'projection', 'decoder'];

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
    const [ours, theirs] = await onBoth(() => {
      const weights = variables();
      const result = numbers(Object.values(gradients(weights)));
      tf.dispose(weights);
      return result;
    });
    expectClose(ours, theirs, 5e-3);
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
    expectClose(
      Object.values(ours.first).flatMap((m) => [...m]),
      Object.values(theirs.first).flatMap((m) => [...m]),
      1e-2,
    );
  });

  it('has feature vectors of length 1', () => {
    const lengths = tf.tidy(() => {
      const vectors = project(variables(), random([5, 4, 2, 16], 1), settings);
      return numbers([tf.sum(tf.square(vectors), 1)]);
    });
    for (const length of lengths) expect(length).toBeCloseTo(1, 5);
  });
});
