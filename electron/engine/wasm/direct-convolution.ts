/**
 * Convolution of stride 1 that keeps the size, computed as it is defined, and its filter gradient (see
 * direct-convolution-work.ts).
 */
import * as tf from '@tensorflow/tfjs';
import { Blocks } from './blocks.ts';
import { convolutionArea, PIXELS } from './direct-convolution-work.ts';
import { type Machine, share } from './machine.ts';
import { PANEL } from './tile.ts';

const LEAST_NUMBERS = 16_384; // a thread's share: less is not worth waking it
const PARTS = 8; // of a batch whose filter gradients are summed: always as many, so that threads don't change the sum

/**
 * Where the weight from input channel k to output channel n at tap t stands: start + t * tap + k * input + n * output.
 */
interface FilterOrder {
  start: number;
  tap: number;
  input: number;
  output: number;
}

/** Panels [ceil(outChannels / 8), taps, inChannels, 8], zero beyond the last output channel. */
function packFilter(
  machine: Machine,
  filter: tf.TensorInfo,
  order: FilterOrder,
  taps: number,
  inChannels: number,
  outChannels: number,
): number {
  const panels = Math.ceil(outChannels / PANEL);
  const panelBytes = 4 * taps * inChannels * PANEL;
  const packed = machine.scratch('filter', panels * panelBytes);
  const calls = Array.from({ length: panels }, (_, panel) => [
    machine.address(filter) + 4 * (order.start + panel * PANEL * order.output),
    packed + panel * panelBytes,
    ...[taps, 4 * order.tap, inChannels, 4 * order.input],
    ...[Math.min(PANEL, outChannels - panel * PANEL), 4 * order.output],
  ]);
  machine.run('packPanel', calls);
  return packed;
}

/** The convolution of x [N, H, W, C] with a filter of `outChannels`, read in `order`: [N, H, W, outChannels]. */
export function convolveDirect(
  machine: Machine,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  order: FilterOrder,
  outChannels: number,
): tf.TensorInfo {
  const side = filter.shape[0];
  const [images, height, width, channels] = x.shape;
  const out = machine.output([images, height, width, outChannels]);
  const packed = packFilter(machine, filter, order, side * side, channels, outChannels);
  const table = pixelTable(machine, new Blocks(x.shape, side));
  const pixels = height * width;
  const calls = share(images, 4 * machine.threads).map(([first, count]) => [
    machine.address(x) + 4 * first * pixels * channels,
    packed,
    machine.address(out) + 4 * first * pixels * outChannels,
    ...[table, count, height, width, channels, side, outChannels],
  ]);
  machine.run('convolveDirect', calls, convolutionArea(new Blocks(x.shape, side), outChannels));
  return out;
}

/** Gradient of the filter [side, side, C, outChannels] from x [N, H, W, C] and dy [N, H, W, outChannels]. */
export function filterGradientDirect(
  machine: Machine,
  x: tf.TensorInfo,
  dy: tf.TensorInfo,
  filterShape: number[],
): tf.TensorInfo {
  const [side, , inChannels, outChannels] = filterShape;
  const [images, height, width] = x.shape;
  const taps = side * side;
  const inPadded = 4 * Math.ceil(inChannels / 4);
  const outPadded = PANEL * Math.ceil(outChannels / PANEL);
  const padded = taps * inPadded * outPadded;
  const blocks = new Blocks(x.shape, side);
  const out = machine.output(filterShape);
  const table = pixelTable(machine, blocks);
  const parts = machine.scratch('filter gradients', 4 * PARTS * padded);
  const shares = share(images, PARTS);
  const pixels = height * width;
  const calls = shares.map(([first, count], part) => [
    machine.address(x) + 4 * first * pixels * inChannels,
    machine.address(dy) + 4 * first * pixels * outChannels,
    parts + 4 * part * padded,
    ...[table, count, height, width, inChannels, side, outChannels],
  ]);
  machine.run('filterGradientDirect', calls, 4 * blocks.floats);

  const sums = padded === tf.util.sizeFromShape(filterShape) ? machine.address(out) : parts;
  const sumCalls = share(padded / 4, Math.min(machine.threads, Math.ceil(padded / LEAST_NUMBERS)));
  machine.run(
    'sumOfParts',
    sumCalls.map(([first, fours]) => [...[parts + 16 * first, 4 * padded, shares.length, sums + 16 * first, fours]]),
  );
  if (sums !== parts) return out;
  // The sums stand among channels that fill up panels.
  const floats = machine.floats();
  const to = machine.address(out) / 4;
  for (let row = 0; row < taps * inChannels; row++) {
    const from = parts / 4 + (Math.floor(row / inChannels) * inPadded + (row % inChannels)) * outPadded;
    for (let k = 0; k < outChannels; k++) floats[to + row * outChannels + k] = floats[from + k];
  }
  return out;
}

const tables = new WeakMap<Machine, Map<string, number>>();

/** Address of the byte offsets at which a block's pixels begin, seen from the corner of the filter. */
function pixelTable(machine: Machine, blocks: Blocks): number {
  const known = tables.get(machine) ?? new Map<string, number>();
  tables.set(machine, known);
  const key = [blocks.height, blocks.width, blocks.channels, blocks.border].join('x');
  let address = known.get(key);
  if (address === undefined) {
    const count = blocks.size * blocks.pixels;
    address = machine.scratch(`table ${key}`, 4 * (count + PIXELS)); // a tile may read beyond the last pixel
    const table = machine.integers().subarray(address / 4);
    for (let at = 0, image = 0; image < blocks.size; image++) {
      for (let y = 0; y < blocks.height; y++) {
        for (let x = 0; x < blocks.width; x++, at++) {
          table[at] = 4 * (image * blocks.paddedImage + (y * blocks.paddedWidth + x) * blocks.channels);
        }
      }
    }
    table.fill(0, count, count + PIXELS);
    known.set(key, address);
  }
  return address;
}
