import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FeatureBatch } from '../../shared/features.ts';
import { networkSettings, planSchema } from '../../shared/plan.ts';
import { gaussian, seededRandom } from '../../shared/random.ts';
import { decodeSafetensors, encodeSafetensors } from '../../shared/safetensors.ts';
import { startTestEngine } from '../engine/testing.ts';
import { initialWeights } from './network/weights.ts';
import { Pretraining } from './pretraining.ts';
import type { SliceStack } from './slices.ts';
import { splitBatch } from './sub-batches.ts';
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
  return { count, height: 16, width: 16, pixels };
}
const volumes = [stack(1), stack(2), stack(3, 9)];

const featuresOf = (pretraining: Pretraining) => pretraining.features() as FeatureBatch;

/** Another site's batch: what its own fresh encoder makes of its own volumes. */
async function remoteBatch(): Promise<FeatureBatch> {
  const other = new Pretraining(plan, initialWeights(networkSettings(plan), ['encoder', 'projection'], 8));
  await other.prepare(1, () => stack(9), seededRandom('other'));
  const batch = featuresOf(other);
  other.dispose();
  return batch;
}

async function begun(mostSlices?: number): Promise<Pretraining> {
  const pretraining = new Pretraining(plan, start(), mostSlices);
  await pretraining.prepare(3, (volume) => volumes[volume], seededRandom('fill'));
  return pretraining;
}

async function train(pretraining: Pretraining, from: number, to: number, remote: FeatureBatch[]): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step < to; step++) {
    const shown = [volumes[step % 3], volumes[(step + 1) % 3]];
    losses.push((await pretraining.step(shown, remote, seededRandom('step', step))).loss);
  }
  return losses;
}

beforeAll(startTestEngine);

describe('Pretraining', () => {
  it('fills the bank with unit vectors, equally many of each partition', async () => {
    const pretraining = await begun();
    const { count, length, vectors, partitions } = featuresOf(pretraining);
    expect(count).toBe(32);
    for (const partition of [0, 1, 2, 3]) expect(partitions.filter((each) => each === partition)).toHaveLength(8);
    for (let row = 0; row < count; row++) {
      const norm = Math.hypot(...vectors.subarray(row * length, (row + 1) * length));
      expect(norm).toBeCloseTo(1, 5);
    }
    pretraining.dispose();
  });

  it('learns: the loss of its last steps is well below that of its first', async () => {
    const pretraining = await begun();
    const losses = await train(pretraining, 0, 30, [await remoteBatch()]);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(losses.slice(-5))).toBeLessThan(0.9 * mean(losses.slice(0, 5)));
    pretraining.dispose();
  });

  it('gives the same weights for the same seed, whether or not it was stopped and resumed in between', async () => {
    const remote = [await remoteBatch()];
    const straight = await begun();
    const losses = await train(straight, 0, 4, remote);

    const first = await begun();
    const early = await train(first, 0, 2, remote);
    const stored = encodeSafetensors(await first.state());
    first.dispose();
    const resumed = new Pretraining(plan, start());
    resumed.restore(decodeSafetensors(stored, 'checkpoint').tensors);
    const late = await train(resumed, 2, 4, remote);

    expect([...early, ...late]).toEqual(losses);
    expect(encodeSafetensors(await resumed.state())).toEqual(encodeSafetensors(await straight.state()));
    straight.dispose();
    resumed.dispose();
  });

  it('keeps its state under the names that checkpoints of earlier versions have', async () => {
    const pretraining = await begun();
    const weights = Object.keys(start());
    const sets = ['main', 'momentum', 'adam/first', 'adam/second'];
    expect(Object.keys(await pretraining.state()).toSorted()).toEqual(
      [
        ...sets.flatMap((set) => weights.map((name) => `${set}/${name}`)),
        'adam/steps',
        'bank/partitions',
        'bank/vectors',
      ].toSorted(),
    );
    pretraining.dispose();
  });

  it('puts the averaged weights into the main encoder only', async () => {
    const pretraining = await begun();
    const other = initialWeights(networkSettings(plan), ['encoder', 'projection'], 99);
    pretraining.replace(other);
    const state = await pretraining.state();
    const name = 'encoder.level1.conv1.kernel';
    expect(await pretraining.weights()).toEqual(other);
    expect(state[`momentum/${name}`].data).toEqual(start()[name].data);
    expect(featuresOf(pretraining).count).toBe(32);
    pretraining.dispose();
  });

  it('uses remote features: they change the gradient', async () => {
    const [alone, together] = [await begun(), await begun()];
    await train(alone, 0, 1, []);
    await train(together, 0, 1, [await remoteBatch()]);
    expect(await together.weights()).not.toEqual(await alone.weights());
    alone.dispose();
    together.dispose();
  });

  it.each([
    { mostSlices: 4, counts: [4, 4] },
    { mostSlices: 3, counts: [2, 3, 3] },
    { mostSlices: 1, counts: [1, 1, 1, 1, 1, 1, 1, 1] },
  ])('computes a batch of 8 slices in sub-batches of $counts as it does at once', async ({ mostSlices, counts }) => {
    expect(splitBatch(8, mostSlices).map(({ count }) => count)).toEqual(counts);
    const remote = [await remoteBatch()];
    const [whole, cut] = [await begun(), await begun(mostSlices)];
    const [loss] = await train(whole, 0, 1, remote);
    const [cutLoss] = await train(cut, 0, 1, remote);
    expect(Math.abs(cutLoss - loss) / loss).toBeLessThan(1e-5);
    // After one step Adam's first moments are a tenth of the gradients.
    expect(largestDifference(await cut.state(), await whole.state(), 'adam/first/')).toBeLessThan(1e-5);
    expect(largestDifference(await cut.state(), await whole.state(), 'bank/')).toBeLessThan(1e-5);
    await train(whole, 1, 6, remote);
    await train(cut, 1, 6, remote);
    expect(largestDifference(await cut.state(), await whole.state(), 'main/')).toBeLessThan(1e-3);
    whole.dispose();
    cut.dispose();
  });

  it('needs less memory in sub-batches, and leaks none', async () => {
    const peakOf = async (mostSlices: number) => {
      const pretraining = await begun(mostSlices);
      await train(pretraining, 0, 1, []);
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

  it('leaks no tensor', async () => {
    const before = tf.memory().numTensors;
    const pretraining = await begun();
    await train(pretraining, 0, 1, []);
    const { numTensors, numBytes } = tf.memory();
    await train(pretraining, 1, 4, []);
    await pretraining.state();
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    pretraining.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses to go on with numbers that are not finite, and names the setting to lower', async () => {
    const pretraining = await begun();
    const broken = start();
    broken['projection.layer2.bias'].data[3] = Number.NaN;
    pretraining.replace(broken);
    const diverged = expect.objectContaining({
      code: 'engine.diverged',
      details: expect.objectContaining({ setting: 'pretrainingRate' }),
    });
    await expect(train(pretraining, 0, 1, [])).rejects.toThrow(diverged);
    await expect(pretraining.state()).rejects.toThrow(diverged);
    pretraining.dispose();
  });
});
