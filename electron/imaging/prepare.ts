/**
 * From a volume to the slices that a network sees (docs/method.md, section 1): resampled in plane, padded to the size
 * of a window where they are smaller, clipped and standardised. `picture.ts` says which axis is which. Slices are
 * neither resampled nor left out along the plan's axis: slice z of the stack is voxel z of that axis in RAS+.
 */
import type { Plan } from '../../shared/plan.ts';
import type { LabelMap, Volume } from '../../shared/volume.ts';
import { type Normalisation, type NormalisationPlan, normalisationOf, normalised } from './normalisation.ts';
import { type Picture, type PicturePlan, pictureOf, pixelToVoxel, type Side } from './picture.ts';
import { linearTaps, type Taps } from './resampling.ts';

export interface PreparedVolume {
  count: number; // slices, Z
  height: number; // pixels, H
  width: number; // pixels, W
  pixels: Float32Array; // [Z, H, W]
}

/** All slices of a volume; see `SliceReader`. */
export function prepareImage(volume: Volume, plan: PicturePlan & NormalisationPlan): PreparedVolume {
  const reader = new SliceReader(volume, plan);
  const { count, height, width } = reader;
  return { count, height, width, pixels: reader.read(0, count) };
}

/**
 * Gives the slices of a volume some at a time, so that a large one need not be held twice: linear interpolation in
 * plane, then `normalisation.ts` over all pixels that show the volume, so that padding has no say. Padding is 0, the mean.
 */
export class SliceReader {
  readonly count: number; // slices, Z
  readonly height: number; // pixels, H
  readonly width: number; // pixels, W
  readonly #volume: Volume;
  readonly #picture: Picture;
  readonly #columns: Taps;
  readonly #rows: Taps;
  readonly #narrowed: Float32Array; // one slice, resampled along its columns
  readonly #shown: Float32Array; // the pixels of one slice that show the volume, in its own unit
  readonly #normalisation: Normalisation;

  constructor(volume: Volume, plan: PicturePlan & NormalisationPlan) {
    const picture = pictureOf(volume.grid, plan);
    const { slices, row, column } = picture;
    this.#volume = volume;
    this.#picture = picture;
    this.count = slices;
    this.height = row.size;
    this.width = column.size;
    this.#columns = sideTaps(column);
    this.#rows = sideTaps(row);
    this.#narrowed = new Float32Array(row.voxels * column.pixels);
    this.#shown = new Float32Array(row.pixels * column.pixels);
    this.#normalisation = normalisationOf(plan, slices, this.#shown.length, (slice) => this.#resample(slice));
  }

  /** [count, H, W] of the slices from `from` on. */
  read(from: number, count: number): Float32Array {
    const { height, width } = this;
    const { row, column } = this.#picture;
    const pixels = new Float32Array(count * height * width);
    for (let slice = 0; slice < count; slice++) {
      const shown = this.#resample(from + slice);
      for (let line = 0; line < row.pixels; line++) {
        const start = (slice * height + row.offset + line) * width + column.offset;
        for (let pixel = 0; pixel < column.pixels; pixel++) {
          pixels[start + pixel] = normalised(shown[line * column.pixels + pixel], this.#normalisation);
        }
      }
    }
    return pixels;
  }

  /** The pixels of a slice that show the volume, in the volume's unit; overwritten by the next call. */
  #resample(slice: number): Float32Array {
    const { sliceStride, row, column } = this.#picture;
    const { voxels } = this.#volume;
    for (let line = 0; line < row.voxels; line++) {
      const start = slice * sliceStride + line * row.stride;
      for (let pixel = 0; pixel < column.pixels; pixel++) {
        this.#narrowed[line * column.pixels + pixel] = tapSum(voxels, start, column.stride, this.#columns, pixel);
      }
    }
    for (let line = 0; line < row.pixels; line++) {
      for (let pixel = 0; pixel < column.pixels; pixel++) {
        this.#shown[line * column.pixels + pixel] = tapSum(this.#narrowed, pixel, column.pixels, this.#rows, line);
      }
    }
    return this.#shown;
  }
}

/**
 * The class of every pixel of every slice, [Z, H, W]: i + 1 for `plan.labels[i]`, 0 for everything else and for
 * padding. Takes the nearest voxel, since label numbers have no in-between.
 */
export function prepareLabels(labels: LabelMap, plan: PicturePlan & Pick<Plan, 'labels'>): Uint8Array {
  const { slices, sliceStride, row, column } = pictureOf(labels.grid, plan);
  const classOf = new Uint8Array(256);
  plan.labels.forEach((label, index) => {
    classOf[label] = index + 1;
  });
  const rows = nearestVoxels(row);
  const columns = nearestVoxels(column);
  const classes = new Uint8Array(slices * row.size * column.size);
  for (let slice = 0; slice < slices; slice++) {
    for (const [line, rowVoxel] of rows.entries()) {
      const start = slice * sliceStride + rowVoxel * row.stride;
      const target = (slice * row.size + row.offset + line) * column.size + column.offset;
      for (const [pixel, columnVoxel] of columns.entries()) {
        classes[target + pixel] = classOf[labels.voxels[start + columnVoxel * column.stride]];
      }
    }
  }
  return classes;
}

/** Taps of the pixels that show the volume. */
function sideTaps(side: Side): Taps {
  return linearTaps(side.pixels, (pixel) => pixelToVoxel(side, side.offset + pixel), 0, side.voxels, side.step);
}

function tapSum(values: Float32Array, start: number, stride: number, taps: Taps, output: number): number {
  const weights = taps.weights[output];
  let at = start + taps.first[output] * stride;
  let sum = 0;
  for (let tap = 0; tap < weights.length; tap++) {
    sum += weights[tap] * values[at];
    at += stride;
  }
  return sum;
}

/** The nearest voxel of each pixel that shows the volume. */
function nearestVoxels(side: Side): number[] {
  return Array.from({ length: side.pixels }, (_, pixel) => {
    const voxel = Math.round(pixelToVoxel(side, side.offset + pixel));
    return Math.min(side.voxels - 1, Math.max(0, voxel));
  });
}
