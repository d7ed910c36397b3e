/**
 * Convolution with 3x3 filters that keeps the size, by Winograd's tiles, and both its gradients (see winograd-work.ts).
 */
import type * as tf from '@tensorflow/tfjs';
import { type Machine, share } from './machine.ts';
import { PANEL } from './tile.ts';
import { convolutionArea, frequencyBytes, pairArea, sumPairsArea, Tiling } from './winograd-work.ts';

const PAIR_BYTES = 4 * 2 ** 20; // of transformed tiles that the filter gradient holds at once
const SMALL_FILTER = 4096; // weights of a tap
const PARTS = 8; // of a batch whose filter gradients are summed: always as many, so that threads don't change the sum
const FILTER_CACHE = 256 * 1024; // bytes of a transformed filter up to which every thread goes through all of it

/** Whether channels can be worked on, which is in eights. */
export function fitsWinograd(side: number, inChannels: number, outChannels: number): boolean {
  return side === 3 && inChannels % PANEL === 0 && outChannels % PANEL === 0;
}

/** The convolution of x [N, H, W, C] with a filter [3, 3, C, K]: [N, H, W, K]. */
export function convolveWinograd(machine: Machine, x: tf.TensorInfo, filter: tf.TensorInfo): tf.TensorInfo {
  const [, , inChannels, outChannels] = filter.shape;
  return convolve(machine, x, machine.address(filter), inChannels, outChannels);
}

/** The gradient of x from dy [N, H, W, K]: its convolution with the filter turned round. */
export function inputGradientWinograd(machine: Machine, dy: tf.TensorInfo, filter: tf.TensorInfo): tf.TensorInfo {
  const [, , inChannels, outChannels] = filter.shape;
  const flipped = machine.scratch('flipped filter', 4 * 9 * inChannels * outChannels);
  const calls = Array.from({ length: 9 }, (_, tap) => [machine.address(filter), flipped, tap, inChannels, outChannels]);
  machine.run('flipFilter', calls);
  return convolve(machine, dy, flipped, outChannels, inChannels);
}

function convolve(
  machine: Machine,
  x: tf.TensorInfo,
  filter: number,
  channels: number,
  outChannels: number,
): tf.TensorInfo {
  const [images, height, width] = x.shape;
  const tiling = new Tiling(height, width);
  const { rows, columns, tile, frequencies } = tiling;
  const filterBytes = frequencies * frequencyBytes(channels * outChannels);
  const transformed = machine.scratch('transformed filter', filterBytes);
  const out = machine.output([images, height, width, outChannels]);
  machine.run(
    'transformFilter',
    share(outChannels / PANEL, 4 * machine.threads).map(([first, count]) => [
      ...[filter, transformed, first, count, channels, outChannels, tile],
    ]),
  );
  // Where a filter is large, threads share out its panels, so that each reads its own from memory once.
  const panelShares = share(outChannels / PANEL, filterBytes > FILTER_CACHE ? machine.threads : 1);
  const rowShares = share(
    images * rows,
    filterBytes > FILTER_CACHE ? 1 + Math.floor((images * rows * columns) / 256) : 8 * machine.threads,
  );
  const calls = panelShares.flatMap(([firstPanel, panels]) =>
    rowShares.map(([firstRow, rowCount]) => [
      ...[machine.address(x), transformed, machine.address(out)],
      ...[firstRow, rowCount, firstPanel, panels, height, width, channels, outChannels],
    ]),
  );
  const areas = calls.map(([, , , , rowCount, , panels]) => convolutionArea(tiling, rowCount, panels, channels));
  machine.run('convolveWinograd', calls, Math.max(...areas));
  return out;
}

/** The gradient of a filter [3, 3, C, K] from x [N, H, W, C] and dy [N, H, W, K]. */
export function filterGradientWinograd(
  machine: Machine,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  filterShape: number[],
): tf.TensorInfo {
  const [, , channels, outChannels] = filterShape;
  const numbers = channels * outChannels;
  const { frequencies, tile } = new Tiling(x.shape[1], x.shape[2]);
  const sums = machine.scratch('filter slopes', frequencies * frequencyBytes(numbers));
  const sum = numbers <= SMALL_FILTER ? sumInParts : sumByFrequency;
  sum(machine, x, dy, sums);
  const out = machine.output(filterShape);
  const shares = share(numbers / PANEL, Math.min(4 * machine.threads, Math.ceil(numbers / 2048)));
  machine.run(
    'transformFilterSlopes',
    shares.map(([first, eights]) => [sums, machine.address(out), numbers, first, eights, tile]),
  );
  return out;
}

/** For small filters: threads take rows of tiles, each part with sums of its own, which are added up. */
function sumInParts(machine: Machine, x: tf.TensorInfo, dy: tf.TensorInfo, sums: number): void {
  const [images, height, width, channels] = x.shape;
  const outChannels = dy.shape[3];
  const tiling = new Tiling(height, width);
  const bytes = tiling.frequencies * frequencyBytes(channels * outChannels);
  const parts = machine.scratch('filter slopes in parts', PARTS * bytes);
  const shares = share(images * tiling.rows, PARTS);
  const calls = shares.map(([first, rows], part) => [
    ...[machine.address(x), machine.address(dy), parts + part * bytes],
    ...[first, rows, height, width, channels, outChannels],
  ]);
  machine.run('sumPairs', calls, sumPairsArea(tiling, shares[0][1] + 1, channels, outChannels));
  const sumCalls = share(bytes / 16, machine.threads).map(([first, fours]) => [
    ...[parts + 16 * first, bytes, shares.length, sums + 16 * first, fours],
  ]);
  machine.run('sumOfParts', sumCalls);
}

/** For large filters: all threads transform some tiles, then each adds up some frequencies of these. */
function sumByFrequency(machine: Machine, x: tf.TensorInfo, dy: tf.TensorInfo, sums: number): void {
  const [images, height, width, channels] = x.shape;
  const outChannels = dy.shape[3];
  const tiling = new Tiling(height, width);
  const { rows, columns, frequencies } = tiling;
  const tileBytes = 4 * frequencies * (channels + outChannels);
  const atOnce = Math.min(images * rows, Math.max(1, Math.floor(PAIR_BYTES / (tileBytes * columns))));
  const inputStep = frequencyBytes(atOnce * columns * channels);
  const slopeStep = frequencyBytes(atOnce * columns * outChannels);
  const input = machine.scratch('transformed input', frequencies * inputStep);
  const slopes = machine.scratch('transformed slopes', frequencies * slopeStep);
  const sumStep = frequencyBytes(channels * outChannels);
  machine.run(
    'clear',
    share(frequencies, machine.threads).map(([first, count]) => [sums + first * sumStep, count * sumStep]),
  );
  for (let from = 0; from < images * rows; from += atOnce) {
    const count = Math.min(atOnce, images * rows - from);
    const pairs = share(count, 4 * machine.threads).map(([first, some]) => [
      ...[machine.address(x), machine.address(dy)],
      ...[input + 4 * first * columns * channels, inputStep],
      ...[slopes + 4 * first * columns * outChannels, slopeStep],
      ...[from + first, some, height, width, channels, outChannels],
    ]);
    machine.run('transformPair', pairs, pairArea(tiling, channels, outChannels));
    const products = Array.from({ length: frequencies }, (_, frequency) => [
      ...[input + frequency * inputStep, slopes + frequency * slopeStep, sums + frequency * sumStep],
      ...[count * columns, channels, outChannels],
    ]);
    machine.run('multiplyPair', products);
  }
}
