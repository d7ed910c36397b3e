/** Images cut into blocks that fit the processor's cache, each copied with a border of zeros. */
import type * as tf from '@tensorflow/tfjs';
import { PIXELS } from './convolution-functions.ts';
import type { Machine } from './machine.ts';

const BLOCK_BYTES = 128 * 1024; // of input with its border: a block, its output and a filter panel share a cache of 512 KiB

/** One image batch with the border that a filter of `side` pixels needs, and how it is cut into blocks. */
export class Blocks {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly border: number;
  /** Images in a block, but for the last. */
  readonly size: number;

  constructor(shape: number[], side: number) {
    [this.images, this.height, this.width, this.channels] = shape;
    this.border = (side - 1) / 2;
    this.size = Math.max(1, Math.floor(BLOCK_BYTES / (4 * this.paddedImage)));
  }

  get paddedWidth(): number {
    return this.width + 2 * this.border;
  }

  /** Floats of one image with its border. */
  get paddedImage(): number {
    return (this.height + 2 * this.border) * this.paddedWidth * this.channels;
  }

  get pixels(): number {
    return this.height * this.width;
  }

  /** Bytes from the end of a filter's row to its next row. */
  rowSkip(side: number): number {
    return 4 * (this.paddedWidth - side) * this.channels;
  }
}

const tables = new WeakMap<Machine, Map<string, number>>();

/** Address of the byte offsets at which a block's pixels begin, seen from the corner of the filter. */
export function pixelTable(machine: Machine, blocks: Blocks): number {
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

/** Calls `work` for each block with the address of its padded copy, its first image and its number of images. */
export function eachBlock(
  machine: Machine,
  x: tf.TensorInfo,
  blocks: Blocks,
  work: (block: number, first: number, images: number) => void,
): void {
  const { border, channels, height, width, paddedImage, paddedWidth } = blocks;
  const block = machine.scratch('block', 4 * (blocks.size * paddedImage + 4)); // four channels may be read where there are fewer
  const floats = machine.floats();
  const start = block / 4;
  const source = machine.address(x) / 4;
  const row = width * channels;
  // Copies touch the inside alone, so the border is cleared once.
  if (border > 0) floats.fill(0, start, start + blocks.size * paddedImage);
  for (let first = 0; first < blocks.images; first += blocks.size) {
    const images = Math.min(blocks.size, blocks.images - first);
    if (border === 0) {
      floats.copyWithin(start, source + first * paddedImage, source + (first + images) * paddedImage);
    } else {
      for (let image = 0; image < images; image++) {
        let from = source + (first + image) * height * row;
        let to = start + image * paddedImage + (border * paddedWidth + border) * channels;
        for (let y = 0; y < height; y++, from += row, to += paddedWidth * channels) {
          floats.copyWithin(to, from, from + row);
        }
      }
    }
    work(block, first, images);
  }
}
