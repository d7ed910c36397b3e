import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FeatureBatch } from '../../shared/features.ts';
import { networkSettings, planSchema } from '../../shared/plan.ts';
import { gaussian, seededRandom } from '../../shared/random.ts';
import { decodeSafetensors, encodeSafetensors } from '../../shared/safetensors.ts';
import { startTestEngine } from '../engine/testing.ts';
import { initialWeights } from './network/weights.ts';
import { partsOf } from './parts.ts';
import { Pretraining } from './pretraining.ts';
import type { SliceStack } from './slices.ts';
import { largestDifference, peakBytes } from './testing.ts';

const plan = planSchema.parse({
  inputSize: 16,
  levels: 3,
  baseWidth: 4,
  featureLength: 16,
  bankSize: 32,
  sampledFeatures: 40,
  volumesPerStep: 2,
});
const start = () => initialWeights(networkSettings(plan), ['encoder', 'projection'], 7);

/** A bright disc whose radius grows from slice to slice, with noise. */
function stack(seed: number, count = 12): SliceStack {
  const random = seededRandom('stack', seed);
  const pixels = Float32Array.from({ length: count * 256 }, (_, index) => {
    const slice = Math.floor(index / 256);
    const distance = Math.hypot((index % 16) - 7.5, (Math.floor(index / 16) % 16) - 7.5);
    return (distance < 1 + slice / 2 ? 1.5 : -0.5) + 0.2 * gaussian(random);
  });
  return { count, side: 16, pixels };
}
const volumes = [stack(1), stack(2), stack(3, 9)];

/** Another site's batch: what its own fresh encoder makes of its own volumes. */
function remoteBatch(): FeatureBatch {
  const other = new Pretraining(plan, initialWeights(networkSettings(plan), ['encoder', 'projection'], 8));
  other.fillBank(1, () => stack(9), seededRandom('other'));
  const batch = other.bank.batch();
  other.dispose();
  return batch;
}

function begun(mostSlices?: number): Pretraining {
  const pretraining = new Pretraining(plan, start(), mostSlices);
  pretraining.fillBank(3, (volume) => volumes[volume], seededRandom('fill'));
  return pretraining;
}

function train(pretraining: Pretraining, from: number, to: number, remote: FeatureBatch[]): number[] {
  return Array.from({ length: to - from }, (_, index) => {
    const step = from + index;
    return pretraining.step([volumes[step % 3], volumes[(step + 1) % 3]], remote, seededRandom('step', step)).loss;
  });
}

beforeAll(startTestEngine);

describe('Pretraining', () => {
  it('fills the bank with unit vectors, equally many of each partition', () => {
    const pretraining = begun();
    const { count, length, vectors, partitions } = pretraining.bank.batch();
    expect(count).toBe(32);
    for (const partition of [0, 1, 2, 3]) expect(partitions.filter((each) => each === partition)).toHaveLength(8);
    for (let row = 0; row < count; row++) {
      const norm = Math.hypot(...vectors.subarray(row * length, (row + 1) * length));
      expect(norm).toBeCloseTo(1, 5);
    }
    pretraining.dispose();
  });

  it('learns: the loss of its last steps is well below that of its first', () => {
    const pretraining = begun();
    const losses = train(pretraining, 0, 30, [remoteBatch()]);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-5))).toBeLessThan(0.9 * mean(losses.slice(0, 5)));
    pretraining.dispose();
  });

  it('gives the same weights for the same seed, whether or not it was stopped and resumed in between', () => {
    const remote = [remoteBatch()];
    const straight = begun();
    const losses = train(straight, 0, 4, remote);

    const first = begun();
    const early = train(first, 0, 2, remote);
    const stored = encodeSafetensors(first.state());
    first.dispose();
    const resumed = Pretraining.resume(plan, decodeSafetensors(stored, 'checkpoint').tensors);
    const late = train(resumed, 2, 4, remote);

    expect([...early, ...late]).toEqual(losses);
    expect(encodeSafetensors(resumed.state())).toEqual(encodeSafetensors(straight.state()));
    straight.dispose();
    resumed.dispose();
  });

  it('puts the averaged weights into the main encoder only', () => {
    const pretraining = begun();
    const other = initialWeights(networkSettings(plan), ['encoder', 'projection'], 99);
    pretraining.replaceMain(other);
    const state = pretraining.state();
    const name = 'encoder.level1.conv1.kernel';
    expect(pretraining.weights()).toEqual(other);
    expect(state[`momentum/${name}`].data).toEqual(start()[name].data);
    expect(pretraining.bank.count).toBe(32);
    pretraining.dispose();
  });

  it('uses remote features: they change the gradient', () => {
    const [alone, together] = [begun(), begun()];
    train(alone, 0, 1, []);
    train(together, 0, 1, [remoteBatch()]);
    expect(together.weights()).not.toEqual(alone.weights());
    alone.dispose();
    together.dispose();
  });

  it.each([
    { mostSlices: 4, parts: [4, 4] },
    { mostSlices: 3, parts: [2, 3, 3] },
    { mostSlices: 1, parts: [1, 1, 1, 1, 1, 1, 1, 1] },
  ])('computes a batch of 8 slices in parts of $parts as it does at once', ({ mostSlices, parts }) => {
    expect(partsOf(8, mostSlices).map(({ count }) => count)).toEqual(parts);
    const remote = [remoteBatch()];
    const [whole, cut] = [begun(), begun(mostSlices)];
    const [loss] = train(whole, 0, 1, remote);
    const [cutLoss] = train(cut, 0, 1, remote);
    expect(Math.abs(cutLoss - loss) / loss).toBeLessThan(1e-5);
    // After one step Adam's first moments are a tenth of the gradients.
    expect(largestDifference(cut.state(), whole.state(), 'adam/first/')).toBeLessThan(1e-5);
    expect(largestDifference(cut.state(), whole.state(), 'bank/')).toBeLessThan(1e-5);
    train(whole, 1, 6, remote);
    train(cut, 1, 6, remote);
    expect(largestDifference(cut.state(), whole.state(), 'main/')).toBeLessThan(1e-3);
    whole.dispose();
    cut.dispose();
  });

  it('needs less memory in parts, and leaks none', async () => {
    const peakOf = async (mostSlices: number) => {
      const pretraining = begun(mostSlices);
      train(pretraining, 0, 1, []);
      const { numTensors, numBytes } = tf.memory();
      const peak = await peakBytes(() => train(pretraining, 1, 2, []));
      expect(tf.memory()).toMatchObject({ numTensors, numBytes });
      pretraining.dispose();
      return peak;
    };
    const [whole, halves, quarters] = [await peakOf(8), await peakOf(4), await peakOf(2)];
    expect(halves / whole).toBeLessThan(0.6);
    expect(quarters / whole).toBeLessThan(0.4);
  });

  it('leaks no tensor', () => {
    const before = tf.memory().numTensors;
    const pretraining = begun();
    train(pretraining, 0, 1, []);
    const { numTensors, numBytes } = tf.memory();
    train(pretraining, 1, 4, []);
    pretraining.state();
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    pretraining.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses to go on with numbers that are not finite, and names the setting to lower', () => {
    const pretraining = begun();
    const broken = start();
    broken['projection.layer2.bias'].data[3] = Number.NaN;
    pretraining.replaceMain(broken);
    const diverged = expect.objectContaining({
      code: 'engine.diverged',
      details: expect.objectContaining({ setting: 'pretrainingRate' }),
    });
    expect(() => train(pretraining, 0, 1, [])).toThrow(diverged);
    expect(() => pretraining.state()).toThrow(diverged);
    pretraining.dispose();
  });
});
