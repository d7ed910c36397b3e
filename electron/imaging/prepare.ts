/**
 * From a volume to the slices that a network sees (docs/method.md, section 1): resampled in plane, cropped or padded
 * about the middle, clipped and standardised. `picture.ts` says which axis is which. Slices are neither resampled nor
 * left out along the plan's axis: slice z of the stack is voxel z of that axis in RAS+.
 */
import type { Plan } from '../../shared/plan.ts';
import type { LabelMap, Volume } from '../../shared/volume.ts';
import { type NormalisationPlan, normalisationOf, normalised } from './normalisation.ts';
import { type Picture, type PicturePlan, pictureOf, pixelToVoxel, type Side, shownPixels } from './picture.ts';
import { linearTaps, type Taps } from './resampling.ts';

interface PreparedVolume {
  count: number; // slices, Z
  side: number; // pixels
  pixels: Float32Array; // [Z, side, side]
}

/**
 * The slices of a volume: linear interpolation in plane, then `normalisation.ts` over all pixels of the stack that show
 * the volume, so that what the crop leaves out has no say, and the padding has none either. Padding is 0, the mean.
 */
export function prepareImage(volume: Volume, plan: PicturePlan & NormalisationPlan): PreparedVolume {
  const picture = pictureOf(volume.grid, plan);
  const { slices, side } = picture;
  const columns = sideTaps(picture.column, side);
  const rows = sideTaps(picture.row, side);
  const shown = { row: shownPixels(picture.row, side), column: shownPixels(picture.column, side) };
  const width = shown.column.end - shown.column.first;
  const height = shown.row.end - shown.row.first;
  const values = new Float32Array(slices * height * width); // the shown pixels only
  const narrowed = new Float32Array(picture.row.voxels * width); // one slice, resampled along its columns
  for (let slice = 0; slice < slices; slice++) {
    for (let row = 0; row < picture.row.voxels; row++) {
      const start = slice * picture.sliceStride + row * picture.row.stride;
      for (let column = 0; column < width; column++) {
        const pixel = shown.column.first + column;
        narrowed[row * width + column] = tapSum(volume.voxels, start, picture.column.stride, columns, pixel);
      }
    }
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        values[(slice * height + row) * width + column] = tapSum(narrowed, column, width, rows, shown.row.first + row);
      }
    }
  }
  const area = height * width;
  const normalisation = normalisationOf(plan, slices, area, (slice) => {
    return values.subarray(slice * area, (slice + 1) * area);
  });
  for (let index = 0; index < values.length; index++) values[index] = normalised(values[index], normalisation);
  const pixels = new Float32Array(slices * side * side);
  for (let line = 0; line < slices * height; line++) {
    const slice = Math.floor(line / height);
    const row = shown.row.first + (line % height);
    pixels.set(values.subarray(line * width, (line + 1) * width), (slice * side + row) * side + shown.column.first);
  }
  return { count: slices, side, pixels };
}

/**
 * The class of every pixel of every slice, [Z, side, side]: i + 1 for `plan.labels[i]`, 0 for everything else and for
 * padding. Takes the nearest voxel, since label numbers have no in-between.
 */
export function prepareLabels(labels: LabelMap, plan: PicturePlan & Pick<Plan, 'labels'>): Uint8Array {
  const picture = pictureOf(labels.grid, plan);
  const { slices, side } = picture;
  const classOf = new Uint8Array(256);
  plan.labels.forEach((label, index) => {
    classOf[label] = index + 1;
  });
  const rows = nearestVoxels(picture.row, picture);
  const columns = nearestVoxels(picture.column, picture);
  const classes = new Uint8Array(slices * side * side);
  for (let slice = 0; slice < slices; slice++) {
    for (const [row, rowVoxel] of rows) {
      const start = slice * picture.sliceStride + rowVoxel * picture.row.stride;
      for (const [column, columnVoxel] of columns) {
        classes[(slice * side + row) * side + column] =
          classOf[labels.voxels[start + columnVoxel * picture.column.stride]];
      }
    }
  }
  return classes;
}

function sideTaps(side: Side, pictureSide: number): Taps {
  const { first, end } = shownPixels(side, pictureSide);
  const positionOf = (pixel: number) => (pixel >= first && pixel < end ? pixelToVoxel(side, pixel) : null);
  return linearTaps(pictureSide, positionOf, 0, side.voxels, side.step);
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

/** Pairs of a shown pixel and its nearest voxel. */
function nearestVoxels(side: Side, { side: pictureSide }: Picture): [number, number][] {
  const { first, end } = shownPixels(side, pictureSide);
  return Array.from({ length: end - first }, (_, index) => {
    const voxel = Math.round(pixelToVoxel(side, first + index));
    return [first + index, Math.min(side.voxels - 1, Math.max(0, voxel))];
  });
}
