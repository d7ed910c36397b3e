/**
 * Small grey pictures of one slice, as a reader of images sees it: top or front up, the patient's right on the left; a
 * sagittal slice looks to the left. And the range of a volume's values that such a picture needs.
 */
import type { Grid, LabelMap, SliceAxis, Volume } from '../../shared/volume.ts';
import { linearTaps } from './resampling.ts';

interface ValueRange {
  least: number;
  most: number;
  low: number; // 1st percentile
  high: number; // 99th percentile, always above `low` unless all values are one
}

interface GreyPicture {
  width: number;
  height: number;
  pixels: Uint8Array; // [height, width]
}

const SAMPLE = 200_000; // values that percentiles are taken from; sorting 50 million would take seconds
const PERCENTILES = [0.01, 0.99];

/** Voxel axes that run across, down and through a picture. Both drawn axes are turned round. */
export const planes: Record<SliceAxis, { across: 0 | 1; down: 1 | 2; through: 0 | 1 | 2 }> = {
  axial: { across: 0, down: 1, through: 2 },
  coronal: { across: 0, down: 2, through: 1 },
  sagittal: { across: 1, down: 2, through: 0 },
};

/** Where the percentiles are equal, as in a picture that is nearly all air, the window is the whole range. */
export function rangeOf(voxels: Float32Array): ValueRange {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < voxels.length; index++) {
    const value = voxels[index]; // by index: ten times as quick as for...of
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const stride = Math.ceil(voxels.length / SAMPLE) | 1; // odd, so that it does not walk along one column
  const sample = new Float32Array(Math.ceil(voxels.length / stride));
  for (let index = 0; index < sample.length; index++) sample[index] = voxels[index * stride];
  sample.sort();
  const [low, high] = PERCENTILES.map((fraction) => sample[Math.round(fraction * (sample.length - 1))]);
  return low < high ? { least, most, low, high } : { least, most, low: least, high: most };
}

/** The slice of the axis that shows most labels, of those the one with most labelled voxels; the middle without any. */
export function mostLabelledSlice(grid: Grid, axis: SliceAxis, labels?: LabelMap): number {
  const { through } = planes[axis];
  const count = grid.size[through];
  const middle = Math.floor(count / 2);
  if (!labels) return middle;
  const stride = stridesOf(grid)[through];
  const shown = Array.from({ length: count }, () => new Set<number>());
  const labelled = new Uint32Array(count);
  for (let index = 0; index < labels.voxels.length; index++) {
    if (labels.voxels[index] === 0) continue;
    const slice = Math.floor(index / stride) % count;
    shown[slice].add(labels.voxels[index]);
    labelled[slice]++;
  }
  let best = middle;
  for (let slice = 0; slice < count; slice++) {
    const more = shown[slice].size - shown[best].size || labelled[slice] - labelled[best];
    if (more > 0) best = slice;
  }
  return best;
}

/** Draws a slice so that the longer side has `side` pixels and lengths are true. */
export function drawSlice(
  { grid, voxels }: Volume,
  axis: SliceAxis,
  slice: number,
  { low, high }: { low: number; high: number },
  side: number,
): GreyPicture {
  const { across, down, through } = planes[axis];
  const strides = stridesOf(grid);
  const lengths = [grid.size[across] * grid.spacing[across], grid.size[down] * grid.spacing[down]]; // mm
  const [width, height] = lengths.map((length) => Math.max(1, Math.round((side * length) / Math.max(...lengths))));
  const columns = tapsOf(grid.size[across], width);
  const rows = tapsOf(grid.size[down], height);
  const lines = new Float32Array(grid.size[down] * width); // resampled along the rows, all of them
  for (let y = 0; y < grid.size[down]; y++) {
    const start = slice * strides[through] + y * strides[down];
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const [tap, weight] of columns.weights[x].entries()) {
        sum += weight * voxels[start + (columns.first[x] + tap) * strides[across]];
      }
      lines[y * width + x] = sum;
    }
  }
  const pixels = new Uint8Array(width * height);
  const scale = high > low ? 255 / (high - low) : 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const [tap, weight] of rows.weights[y].entries()) sum += weight * lines[(rows.first[y] + tap) * width + x];
      const grey = Math.round(Math.min(255, Math.max(0, (sum - low) * scale)));
      pixels[(height - 1 - y) * width + (width - 1 - x)] = grey;
    }
  }
  return { width, height, pixels };
}

function stridesOf({ size }: Grid): [number, number, number] {
  return [1, size[0], size[0] * size[1]];
}

function tapsOf(voxels: number, pixels: number) {
  const step = voxels / pixels;
  return linearTaps(pixels, (pixel) => (pixel + 0.5) * step - 0.5, 0, voxels, step);
}
