import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Adam } from './adam.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

function start(): Record<string, tf.Variable> {
  return { 'encoder.a': tf.variable(tf.tensor([1, -2, 3])), 'decoder.b': tf.variable(tf.tensor([0.5, 0.25, -4])) };
}

/** Gradients that change from step to step. */
function slopes(step: number): Record<string, tf.Tensor> {
  return {
    'encoder.a': tf.tensor([0.1 * step, -1, Math.sin(step)]),
    'decoder.b': tf.tensor([1e-4, Math.cos(step), 10]),
  };
}

function values(weights: Record<string, tf.Variable>): number[] {
  return Object.values(weights).flatMap((weight) => [...weight.dataSync()]);
}

describe('Adam', () => {
  it('moves as the paper says', () => {
    const weights = start();
    const adam = new Adam(weights, 0.01);
    const expected = [1, -2, 3, 0.5, 0.25, -4];
    const m = new Array<number>(6).fill(0);
    const v = new Array<number>(6).fill(0);
    for (let t = 1; t <= 5; t++) {
      const gradients = slopes(t);
      const flat = Object.values(gradients).flatMap((gradient) => [...gradient.dataSync()]);
      flat.forEach((g, i) => {
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.999 * v[i] + 0.001 * g * g;
        expected[i] -= (0.01 * (m[i] / (1 - 0.9 ** t))) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-8);
      });
      adam.step(gradients);
    }
    values(weights).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 5);
    });
  });

  it('goes on from a saved state as if it had not stopped', async () => {
    const one = start();
    const whole = new Adam(one, 0.01);
    for (let t = 1; t <= 4; t++) whole.step(slopes(t));

    const two = start();
    const first = new Adam(two, 0.01);
    for (let t = 1; t <= 2; t++) first.step(slopes(t));
    const second = new Adam(two, 0.01);
    second.restore(await first.state());
    for (let t = 3; t <= 4; t++) second.step(slopes(t));
    expect(values(two)).toEqual(values(one));
  });

  it('multiplies the rate by the factor of the longest prefix', () => {
    const weights = start();
    new Adam(weights, 0.1, { 'encoder.': 0.5, 'encoder.a': 0 }).step(slopes(1));
    expect([...weights['encoder.a'].dataSync()]).toEqual([1, -2, 3]);
    expect(weights['decoder.b'].dataSync()[2]).toBeCloseTo(-4.1, 4);
  });

  it('leaves weights without a gradient alone and leaks nothing', () => {
    const weights = start();
    const before = tf.memory().numTensors;
    const adam = new Adam(weights, 0.1);
    const gradients = { 'decoder.b': tf.tensor([1, 1, 1]) };
    adam.step(gradients);
    adam.step(gradients);
    expect([...weights['encoder.a'].dataSync()]).toEqual([1, -2, 3]);
    adam.dispose();
    tf.dispose(gradients);
    expect(tf.memory().numTensors).toBe(before);
  });
});
