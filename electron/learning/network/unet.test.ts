import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NetworkPart } from '../../../shared/weight-shapes.ts';
import { encode, project, segmentLogits } from './unet.ts';
import { initialWeights, type Weights } from './weights.ts';

const settings = { levels: 3, baseWidth: 4, featureLength: 16, classes: 3 };
const everyPart: NetworkPart[] = ['encoder', 'projection', 'decoder'];

function weightsOf(seed: number): Weights {
  const values = Object.entries(initialWeights(settings, everyPart, seed));
  return Object.fromEntries(values.map(([name, { shape, data }]) => [name, tf.tensor(data, shape)]));
}

function slices(shape: number[], seed: number): tf.Tensor4D {
  return tf.randomUniform(shape as [number, number, number, number], -1, 1, 'float32', seed);
}

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

describe('shapes', () => {
  it('of levels halve their sides and double their channels', () => {
    const levels = tf.tidy(() => encode(weightsOf(1), slices([2, 16, 8, 1], 1), settings).map((level) => level.shape));
    expect(levels).toEqual([
      [2, 16, 8, 4],
      [2, 8, 4, 8],
      [2, 4, 2, 16],
    ]);
  });

  it('of class scores are those of the slices', () => {
    const shape = tf.tidy(() => segmentLogits(weightsOf(1), slices([2, 8, 16, 1], 1), settings).shape);
    expect(shape).toEqual([2, 8, 16, 3]);
  });
});

describe('feature vectors', () => {
  it('have length 1 and differ between slices', () => {
    const vectors = tf.tidy(() => {
      const weights = weightsOf(1);
      return project(weights, encode(weights, slices([3, 8, 8, 1], 1), settings)[2], settings).arraySync();
    });
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(vectors[0]).not.toEqual(vectors[1]);
  });

  it('do not depend on the other slices of the batch', () => {
    const [together, alone] = tf.tidy(() => {
      const weights = weightsOf(1);
      const batch = slices([3, 8, 8, 1], 1);
      const vectors = (x: tf.Tensor4D) => project(weights, encode(weights, x, settings)[2], settings).arraySync();
      return [vectors(batch)[0], vectors(tf.slice(batch, 0, 1))[0]];
    });
    together.forEach((value, i) => {
      expect(value).toBeCloseTo(alone[i], 5);
    });
  });
});

describe('gradients', () => {
  /** A smooth number of all class scores and feature vectors. */
  function objective(weights: Weights): tf.Scalar {
    return tf.tidy(() => {
      const x = slices([2, 8, 8, 1], 2);
      const scores = tf.sum(tf.mul(segmentLogits(weights, x, settings), slices([2, 8, 8, 3], 3)));
      const vectors = project(weights, encode(weights, x, settings)[2], settings);
      return tf.add(scores, tf.sum(tf.mul(vectors, slices([2, 16], 4)))) as tf.Scalar;
    });
  }

  it('agree with finite differences, weight by weight', () => {
    tf.tidy(() => {
      const weights = weightsOf(3);
      const names = Object.keys(weights);
      const f = (...values: tf.Tensor[]) => objective(Object.fromEntries(values.map((value, i) => [names[i], value])));
      const gradients = tf.grads(f)(Object.values(weights));
      names.forEach((name, i) => {
        const gradient = gradients[i];
        // The difference along the gradient itself is large, so that rounding is small beside it.
        const length = (tf.norm(gradient) as tf.Scalar).dataSync()[0];
        const stepLength = 1e-4; // longer steps meet more bends of the leaky ReLU, shorter ones drown in rounding
        const ahead = (sign: number) => {
          const moved = tf.add(weights[name], tf.mul(gradient, (sign * stepLength) / length));
          return objective({ ...weights, [name]: moved }).dataSync()[0];
        };
        const difference = (ahead(1) - ahead(-1)) / (2 * stepLength);
        expect(length, name).toBeGreaterThan(1e-3);
        expect(difference / length, name).toBeGreaterThan(0.93);
        expect(difference / length, name).toBeLessThan(1.07);
      });
    });
  });

  it('leave no tensor behind', () => {
    const weights = weightsOf(1);
    const before = tf.memory().numTensors;
    const kernel = weights['encoder.level1.conv1.kernel'];
    const f = (value: tf.Tensor) => objective({ ...weights, 'encoder.level1.conv1.kernel': value });
    tf.grad(f)(kernel).dispose();
    segmentLogits(weights, tf.zeros([1, 8, 8, 1]), settings).dispose();
    expect(tf.memory().numTensors).toBe(before + 1); // the zeros
    tf.dispose(weights);
  });
});
