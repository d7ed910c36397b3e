import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { startTestEngine } from '../engine/testing.ts';
import { followMain } from './momentum.ts';

beforeAll(startTestEngine);

it('moves by 1 - m towards the main encoder and keeps no tensor', async () => {
  const main = { a: tf.tensor([1, 2]), b: tf.scalar(-4) };
  const momentum = { a: tf.variable(tf.tensor([0, 4])), b: tf.variable(tf.scalar(6)) };
  const before = tf.memory().numTensors;
  followMain(momentum, main, 0.75);
  expect([...(await momentum.a.data())]).toEqual([0.25, 3.5]);
  expect((await momentum.b.data())[0]).toBe(3.5);
  followMain(momentum, main, 0.75);
  expect([...(await momentum.a.data())]).toEqual([0.4375, 3.125]);
  expect([...(await main.a.data())]).toEqual([1, 2]);
  expect(tf.memory().numTensors).toBe(before);
});
