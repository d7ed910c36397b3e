/**
 * The engine that the tests of the learning and of the jobs run on: `wasm`, or the one that ISOCENTER_TEST_ENGINE
 * names.
 */
import * as tf from '@tensorflow/tfjs';
import { type EngineChoice, engineChoices } from '../../shared/engine.ts';
import { engines, startEngine } from './choice.ts';

const named = process.env.ISOCENTER_TEST_ENGINE ?? 'wasm';
if (!engineChoices.includes(named as EngineChoice)) throw new Error(`ISOCENTER_TEST_ENGINE is no engine: ${named}`);

export const testEngine = named as EngineChoice;

const look = await engines.find(({ name }) => name === testEngine)?.look();
/** Why it cannot be used here; undefined where it can. */
export const missing = look?.usable === false ? `${look.reason} ${look.next}` : undefined;

/** Makes it the backend, for `beforeAll`. */
export async function startTestEngine(): Promise<void> {
  if (missing === undefined) await startEngine(testEngine);
}

/** The same on the engine and in plain JavaScript. */
export async function onBoth<T>(call: () => T | Promise<T>): Promise<[T, T]> {
  const engine = tf.getBackend();
  const ours = await call();
  await tf.setBackend('cpu');
  const theirs = await call();
  await tf.setBackend(engine);
  return [ours, theirs];
}

/** Numbers of all tensors that `make` gives in one array. */
export async function numbers(make: () => tf.Tensor[]): Promise<number[]> {
  const tensors = tf.tidy(make);
  const each = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  return each.flatMap((values) => [...values]);
}

export function random(shape: number[], seed: number, low = -1, high = 1): tf.Tensor4D {
  return tf.randomUniform(shape as [number, number, number, number], low, high, 'float32', seed);
}
