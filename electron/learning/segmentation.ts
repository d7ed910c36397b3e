/** Segmentation of a whole volume by overlapping windows, some slices at a time so that memory stays bounded. */
import * as tf from '@tensorflow/tfjs';
import type { NetworkSettings } from '../../shared/plan.ts';
import { segmentLogits } from './network/unet.ts';
import type { Weights } from './network/weights.ts';
import { takeNumbers } from './numbers.ts';
import type { SliceSource } from './slices.ts';
import { splitBatch } from './sub-batches.ts';
import { cutWindow, type Place, placesOver, windowWeights } from './windows.ts';

export const WINDOWS_AT_ONCE = 16; // in a pass forward, where the memory at hand is enough for them
const MOST_PROBABILITIES = 2 ** 24; // numbers held for some slices, 64 MiB; of one slice there may be more

/** Class probabilities of some consecutive slices. */
export interface ProbabilityBatch {
  from: number; // the first slice
  count: number; // slices
  probabilities: Float32Array; // [count, H, W, classes], class 0 being background
}

/** How a network sees: its settings, and its windows. */
export interface Sight {
  network: NetworkSettings;
  side: number; // pixels of a window, `plan.inputSize`
  mostWindows?: number; // at once
}

/**
 * Class probabilities of all slices in turn. Where windows overlap they are averaged, each pixel counting as
 * `windowWeights` says. The caller may stop between two batches.
 */
export async function* segmentSlices(
  weights: Weights,
  slices: SliceSource,
  { network, side, mostWindows = WINDOWS_AT_ONCE }: Sight,
): AsyncGenerator<ProbabilityBatch> {
  const { height, width } = slices;
  const places = placesOver(slices, side);
  const area = height * width;
  const atOnce = Math.min(WINDOWS_AT_ONCE, Math.max(1, Math.floor(MOST_PROBABILITIES / (area * network.classes))));
  const shares = places.length === 1 ? undefined : sharesOf(places, side, height, width);
  for (const { from, count } of splitBatch(slices.count, atOnce)) {
    const pixels = slices.read(from, count);
    const probabilities = new Float32Array(count * area * network.classes);
    const windows = Array.from({ length: count }, (_, slice) => places.map((place) => ({ slice, place }))).flat();
    for (const part of splitBatch(windows.length, Math.min(WINDOWS_AT_ONCE, mostWindows))) {
      const seen = windows.slice(part.from, part.from + part.count);
      const cut = new Float32Array(seen.length * side * side);
      seen.forEach(({ slice, place }, index) => {
        const target = cut.subarray(index * side * side, (index + 1) * side * side);
        cutWindow(pixels.subarray(slice * area, (slice + 1) * area), slices, place, side, target);
      });
      const own = await probabilitiesOf(weights, cut, side, network);
      seen.forEach(({ slice, place }, index) => {
        const of = own.subarray(index * side * side * network.classes, (index + 1) * side * side * network.classes);
        const target = probabilities.subarray(slice * area * network.classes, (slice + 1) * area * network.classes);
        addWindow(of, target, place, { side, width, classes: network.classes, shares });
      });
    }
    yield { from, count, probabilities };
  }
}

/** [N, side, side, classes] of windows [N, side, side]. */
function probabilitiesOf(
  weights: Weights,
  windows: Float32Array,
  side: number,
  network: NetworkSettings,
): Promise<Float32Array> {
  const probabilities = tf.tidy(() => {
    const batch = tf.tensor4d(windows, [windows.length / side ** 2, side, side, 1]);
    return tf.softmax(segmentLogits(weights, batch, network));
  });
  return takeNumbers(probabilities) as Promise<Float32Array>;
}

/**
 * For each window of `places`, in turn, the share that each of its pixels has in the average: of sum 1 at every pixel.
 */
interface Shares {
  weights: Float32Array; // [side, side]
  totals: Float32Array; // [H, W]
}

function sharesOf(places: Place[], side: number, height: number, width: number): Shares {
  const weights = windowWeights(side);
  const totals = new Float32Array(height * width);
  for (const place of places) {
    for (let row = 0; row < side; row++) {
      const start = (place.row + row) * width + place.column;
      for (let column = 0; column < side; column++) totals[start + column] += weights[row * side + column];
    }
  }
  return { weights, totals };
}

/** Adds a window's probabilities [side, side, classes], by their shares, to those of its slice [H, W, classes]. */
function addWindow(
  own: Float32Array,
  target: Float32Array,
  place: Place,
  { side, width, classes, shares }: { side: number; width: number; classes: number; shares: Shares | undefined },
): void {
  for (let row = 0; row < side; row++) {
    const start = (place.row + row) * width + place.column;
    for (let column = 0; column < side; column++) {
      const share = shares ? shares.weights[row * side + column] / shares.totals[start + column] : 1;
      const from = (row * side + column) * classes;
      const to = (start + column) * classes;
      for (let index = 0; index < classes; index++) target[to + index] += share * own[from + index];
    }
  }
}
