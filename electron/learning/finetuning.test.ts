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
import type { LabelledSlices, SliceSource, SliceStack } from './slices.ts';
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
  return { count, height: 16, width: 16, pixels, classes };
}
const volumes = new Map([stack(1), stack(2)].entries());
const shows = [...volumes.values()].map(labelledSlices);

/** Slices that are there already. */
function sourceOf(volume: SliceStack): SliceSource {
  const area = volume.height * volume.width;
  return { ...volume, read: (from, count) => volume.pixels.subarray(from * area, (from + count) * area) };
}

/** The likeliest class of every pixel. */
async function classify(finetuning: Finetuning, volume: SliceStack): Promise<Uint8Array> {
  const classes = new Uint8Array(volume.pixels.length);
  let next = 0;
  for await (const { probabilities } of finetuning.segment(sourceOf(volume))) {
    for (let at = 0; at < probabilities.length; at += 3) {
      const own = [...probabilities.subarray(at, at + 3)];
      classes[next++] = own.indexOf(Math.max(...own));
    }
  }
  return classes;
}

async function train(finetuning: Finetuning, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step < to; step++) {
    const picks = pickSlices(shows, 8, step, 'picks');
    const batch = labelledBatch(volumes, picks, plan, seededRandom('step', step));
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
    const predicted = await classify(finetuning, unseen);
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
    await classify(finetuning, stack(3));
    await finetuning.state();
    finetuning.replace(start());
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    finetuning.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('segmentSlices', () => {
  const sight = { network: networkSettings(plan), side: plan.inputSize };

  it('gives probabilities of all slices in turn', async () => {
    const unet = toVariables(start());
    let next = 0;
    for await (const { from, count, probabilities } of segmentSlices(unet, sourceOf(stack(4, 21)), sight)) {
      expect(from).toBe(next);
      next += count;
      expect(probabilities).toHaveLength(count * 256 * 3);
      for (let at = 0; at < probabilities.length; at += 3) {
        const [a, b, c] = probabilities.subarray(at, at + 3);
        expect(a + b + c).toBeCloseTo(1, 5);
      }
    }
    expect(next).toBe(21);
    tf.dispose(unet);
  });

  it('sees every pixel of large slices, whatever the number of windows at once', async () => {
    const finetuning = new Finetuning(plan, start());
    await train(finetuning, 0, 120);
    const unet = toVariables(await finetuning.weights());
    // The structure of a small slice, far from the middle of a large one.
    const small = stack(3);
    const [height, width, top, left] = [50, 43, 31, 2];
    const random = seededRandom('background');
    const pixels = Float32Array.from({ length: 10 * height * width }, () => 0.3 * gaussian(random));
    const classes = new Uint8Array(pixels.length);
    for (let slice = 0; slice < 10; slice++) {
      for (let row = 0; row < 16; row++) {
        const from = (slice * 16 + row) * 16;
        const to = (slice * height + top + row) * width + left;
        pixels.set(small.pixels.subarray(from, from + 16), to);
        classes.set(small.classes.subarray(from, from + 16), to);
      }
    }
    const large = { count: 10, height, width, pixels };
    const predicted = await classify(finetuning, large);
    for (const value of [1, 2]) expect(classDice(predicted, classes, value)).toBeGreaterThan(0.6);
    const at = async (mostWindows: number) => {
      const found: number[] = [];
      for await (const { probabilities } of segmentSlices(unet, sourceOf(large), { ...sight, mostWindows })) {
        for (const value of probabilities) found.push(value);
      }
      return found;
    };
    const [few, many] = [await at(3), await at(16)];
    expect(few).toHaveLength(many.length);
    expect(Math.max(...few.map((value, index) => Math.abs(value - many[index])))).toBeLessThan(1e-5);
    finetuning.dispose();
    tf.dispose(unet);
  });
});
