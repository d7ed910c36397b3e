/** Segmentation of a whole prepared volume, some slices at a time so that memory stays bounded. */
import * as tf from '@tensorflow/tfjs';
import type { NetworkSettings } from '../../shared/plan.ts';
import { segmentLogits } from './network/unet.ts';
import type { Weights } from './network/weights.ts';
import { takeNumbers } from './numbers.ts';
import type { SliceStack } from './slices.ts';
import { splitBatch } from './sub-batches.ts';

export const SLICES_AT_ONCE = 16; // in a pass forward, where the memory at hand is enough for them

/** Class probabilities of some consecutive slices. */
interface ProbabilityBatch {
  from: number; // the first slice
  count: number; // slices
  probabilities: Float32Array; // [count, side, side, classes], class 0 being background
}

/** Class probabilities of all slices in turn, at most `mostSlices` at once. The caller may stop between two batches. */
export async function* segmentSlices(
  weights: Weights,
  volume: SliceStack,
  settings: NetworkSettings,
  mostSlices = SLICES_AT_ONCE,
): AsyncGenerator<ProbabilityBatch> {
  for (const { from, count } of splitBatch(volume.count, Math.min(SLICES_AT_ONCE, mostSlices))) {
    const probabilities = tf.tidy(() => tf.softmax(logitsOf(weights, volume, from, count, settings)));
    yield { from, count, probabilities: await takeNumbers(probabilities) };
  }
}

/** The likeliest class of every pixel, [Z, side, side], of at most `mostSlices` at once. */
export async function classify(
  weights: Weights,
  volume: SliceStack,
  settings: NetworkSettings,
  mostSlices = SLICES_AT_ONCE,
): Promise<Uint8Array> {
  const area = volume.side * volume.side;
  const classes = new Uint8Array(volume.count * area);
  for (const { from, count } of splitBatch(volume.count, Math.min(SLICES_AT_ONCE, mostSlices))) {
    const batch = tf.tidy(() => tf.argMax(logitsOf(weights, volume, from, count, settings), 3));
    classes.set(await takeNumbers(batch), from * area);
  }
  return classes;
}

/** Logits [count, side, side, classes] of the slices from `from` on. */
function logitsOf(weights: Weights, volume: SliceStack, from: number, count: number, settings: NetworkSettings) {
  const { side, pixels } = volume;
  const area = side * side;
  const slices = tf.tensor4d(pixels.slice(from * area, (from + count) * area), [count, side, side, 1]);
  return segmentLogits(weights, slices, settings);
}
