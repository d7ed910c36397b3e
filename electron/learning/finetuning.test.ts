import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { networkSettings, type Plan, planSchema } from '../../shared/plan.ts';
import { gaussian, seededRandom } from '../../shared/random.ts';
import { decodeSafetensors, encodeSafetensors } from '../../shared/safetensors.ts';
import { startTestEngine } from '../engine/testing.ts';
import { Finetuning } from './finetuning.ts';
import { initialWeights } from './network/weights.ts';
import { labelledBatch, labelledSlices, pickSlices } from './sampling.ts';
import { classDice } from './scores.ts';
import { segmentSlices } from './segmentation.ts';
import type { LabelledSlices } from './slices.ts';
import { splitBatch } from './sub-batches.ts';
import { largestDifference, peakBytes } from './testing.ts';
import { toVariables } from './variables.ts';

const plan = planSchema.parse({ inputSize: 16, levels: 3, baseWidth: 4, labels: [1, 2], finetuneRate: 5e-3 });
const start = () => initialWeights(networkSettings(plan), ['encoder', 'decoder'], 7);

/** A bright disc (class 1) beside a dark square (class 2) in the middle slices, on noise. */
function stack(seed: number, count = 10): LabelledSlices {
  const random = seededRandom('stack', seed);
  const [x, y] = [5 + 2 * random(), 5 + 2 * random()];
  const classes = Uint8Array.from({ length: count * 256 }, (_, index) => {
    const [slice, row, column] = [Math.floor(index / 256), Math.floor(index / 16) % 16, index % 16];
    if (slice < 2 || slice > 7) return 0;
    if (Math.hypot(column - x, row - y) < 3.5) return 1;
    return column > 10 && row > 9 && column < 15 && row < 14 ? 2 : 0;
  });
  const pixels = Float32Array.from(classes, (value) => [0, 1.5, -1.5][value] + 0.3 * gaussian(random));
  return { count, side: 16, pixels, classes };
}
const volumes = new Map([stack(1), stack(2)].entries());
const shows = [...volumes.values()].map(labelledSlices);

async function train(finetuning: Finetuning, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step < to; step++) {
    const picks = pickSlices(shows, 8, step, 'picks');
    const batch = labelledBatch(volumes, picks, plan.augmentation, seededRandom('step', step));
    losses.push(await finetuning.step(batch));
  }
  return losses;
}

beforeAll(startTestEngine);

describe('Finetuning', () => {
  it('learns to segment a volume that it has not seen', async () => {
    const finetuning = new Finetuning(plan, start());
    const losses = await train(finetuning, 0, 120);
    expect(losses[119]).toBeLessThan(losses[0] / 2);
    const unseen = stack(3);
    const predicted = await finetuning.classify(unseen);
    for (const value of [1, 2]) {
      expect(classDice(predicted, unseen.classes, value)).toBeGreaterThan(0.7);
    }
    finetuning.dispose();
  });

  it('ends with the same weights, whether or not it was stopped and resumed in between', async () => {
    const straight = new Finetuning(plan, start());
    const losses = await train(straight, 0, 4);
    const first = new Finetuning(plan, start());
    const early = await train(first, 0, 2);
    const stored = encodeSafetensors(await first.state());
    const resumed = new Finetuning(plan, start());
    resumed.restore(decodeSafetensors(stored, 'checkpoint').tensors);
    expect([...early, ...(await train(resumed, 2, 4))]).toEqual(losses);
    expect(encodeSafetensors(await resumed.state())).toEqual(encodeSafetensors(await straight.state()));
    for (const each of [straight, first, resumed]) each.dispose();
  });

  it('leaves the encoder where it is when its factor is 0', async () => {
    const frozen: Plan = { ...plan, finetuneEncoderFactor: 0 };
    const finetuning = new Finetuning(frozen, start());
    await train(finetuning, 0, 2);
    const [before, after] = [start(), await finetuning.weights()];
    const moved = Object.keys(before).filter((name) => before[name].data.some((v, i) => v !== after[name].data[i]));
    expect(moved.some((name) => name.startsWith('decoder.'))).toBe(true);
    expect(moved.filter((name) => name.startsWith('encoder.'))).toEqual([]);
    finetuning.dispose();
  });

  it.each([
    { mostSlices: 4, counts: [4, 4] },
    { mostSlices: 3, counts: [2, 3, 3] },
    { mostSlices: 1, counts: [1, 1, 1, 1, 1, 1, 1, 1] },
  ])('computes a batch of 8 slices in sub-batches of $counts as it does at once', async ({ mostSlices, counts }) => {
    expect(splitBatch(8, mostSlices).map(({ count }) => count)).toEqual(counts);
    const [whole, cut] = [new Finetuning(plan, start()), new Finetuning(plan, start(), mostSlices)];
    const [loss] = await train(whole, 0, 1);
    const [cutLoss] = await train(cut, 0, 1);
    expect(Math.abs(cutLoss - loss) / loss).toBeLessThan(1e-5);
    // After one step Adam's first moments are a tenth of the gradients.
    expect(largestDifference(await cut.state(), await whole.state(), 'adam/first/')).toBeLessThan(1e-5);
    await train(whole, 1, 6);
    await train(cut, 1, 6);
    expect(largestDifference(await cut.state(), await whole.state(), 'unet/')).toBeLessThan(1e-3);
    whole.dispose();
    cut.dispose();
  });

  it('needs less memory in sub-batches, and leaks none', async () => {
    const peakOf = async (mostSlices: number) => {
      const finetuning = new Finetuning(plan, start(), mostSlices);
      await train(finetuning, 0, 1);
      const { numTensors, numBytes } = tf.memory();
      const peak = await peakBytes(() => train(finetuning, 1, 2));
      expect(tf.memory()).toMatchObject({ numTensors, numBytes });
      finetuning.dispose();
      return peak;
    };
    const [whole, halves, quarters] = [await peakOf(8), await peakOf(4), await peakOf(2)];
    expect(halves / whole).toBeLessThan(0.6);
    expect(quarters / whole).toBeLessThan(0.4);
  });

  it('leaks no tensor', async () => {
    const before = tf.memory().numTensors;
    const finetuning = new Finetuning(plan, start());
    await train(finetuning, 0, 1);
    const { numTensors, numBytes } = tf.memory();
    await train(finetuning, 1, 4);
    await finetuning.classify(stack(3));
    await finetuning.state();
    finetuning.replace(start());
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    finetuning.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('segmentSlices', () => {
  it('gives probabilities of all slices in turn, whose largest is the class', async () => {
    const unet = toVariables(start());
    const volume = stack(4, 21);
    const finetuning = new Finetuning(plan, start());
    const classes = await finetuning.classify(volume);
    let next = 0;
    for await (const { from, count, probabilities } of segmentSlices(unet, volume, networkSettings(plan))) {
      expect(from).toBe(next);
      next += count;
      for (let pixel = 0; pixel < count * 256; pixel++) {
        const [a, b, c] = probabilities.subarray(3 * pixel, 3 * pixel + 3);
        expect(a + b + c).toBeCloseTo(1, 5);
        expect([a, b, c][classes[from * 256 + pixel]]).toBe(Math.max(a, b, c));
      }
    }
    expect(next).toBe(21);
    finetuning.dispose();
    tf.dispose(unet);
  });
});
