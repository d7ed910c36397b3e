/**
 * The way back from slices to the volume: class probabilities become labels on the volume's grid. Probabilities are
 * interpolated and the largest is taken then. Taking classes first and the nearest pixel of them would give steps of a
 * whole pixel wherever voxels are smaller than the plan's pixels; where both are equal the two are the same.
 */
import type { Plan } from '../../shared/plan.ts';
import { type LabelMap, type Volume, voxelCount } from '../../shared/volume.ts';
import { type PicturePlan, pictureOf, type Side, voxelToPixel } from './picture.ts';
import { linearTaps, type Taps } from './resampling.ts';

/** How sure the labelled voxels are: how many there are, and their labels' probabilities summed. */
export interface Certainty {
  voxels: number;
  probability: number;
}

/** A label map of background on the volume's grid, to be filled by `restoreProbabilities`. */
export function emptyLabelMap({ grid, sourceGrid }: Pick<Volume, 'grid' | 'sourceGrid'>): LabelMap {
  return { grid, sourceGrid, voxels: new Uint8Array(voxelCount(grid)) };
}

/**
 * Writes the labels of some consecutive slices into `map`, so that a large volume need not be held as probabilities.
 * `probabilities` is [slices, H, W, classes], its first slice being slice `from` of the volume; any score that grows
 * with probability will do. Of equal ones the lower class wins. Every voxel is answered. Gives how sure these slices
 * are, which means something where the scores are probabilities.
 */
export function restoreProbabilities(
  probabilities: Float32Array,
  from: number,
  map: LabelMap,
  plan: PicturePlan & Pick<Plan, 'labels'>,
): Certainty {
  const picture = pictureOf(map.grid, plan);
  const { row: rowSide, column: columnSide } = picture;
  const classes = plan.labels.length + 1;
  const area = rowSide.size * columnSide.size * classes;
  const slices = probabilities.length / area;
  if (!Number.isInteger(slices) || from < 0 || from + slices > picture.slices) {
    throw new RangeError('probabilities are [slices, H, W, classes] of slices that the volume has');
  }
  const columns = voxelTaps(columnSide);
  const rows = voxelTaps(rowSide);
  const labelOf = [0, ...plan.labels];
  const lineLength = columnSide.voxels * classes;
  const widened = new Float32Array(rowSide.size * lineLength); // one slice, resampled along its columns
  const line = new Float32Array(lineLength);
  const certainty: Certainty = { voxels: 0, probability: 0 };
  for (let slice = 0; slice < slices; slice++) {
    const source = probabilities.subarray(slice * area, (slice + 1) * area);
    for (let pixelRow = 0; pixelRow < rowSide.size; pixelRow++) {
      for (let column = 0; column < columnSide.voxels; column++) {
        addTaps(
          widened,
          pixelRow * lineLength + column * classes,
          source,
          pixelRow * columnSide.size * classes,
          classes,
          columns,
          column,
          classes,
        );
      }
    }
    for (let row = 0; row < rowSide.voxels; row++) {
      addTaps(line, 0, widened, 0, lineLength, rows, row, lineLength);
      const start = (from + slice) * picture.sliceStride + row * rowSide.stride;
      for (let column = 0; column < columnSide.voxels; column++) {
        const best = largest(line, column * classes, classes);
        map.voxels[start + column * columnSide.stride] = labelOf[best];
        if (best === 0) continue;
        certainty.voxels++;
        certainty.probability += line[column * classes + best];
      }
    }
  }
  return certainty;
}

/** Taps of the volume's voxels among the pixels that show it; padding is left out of every sum. */
function voxelTaps(side: Side): Taps {
  const { voxels, offset, pixels, step } = side;
  return linearTaps(voxels, (voxel) => voxelToPixel(side, voxel), offset, offset + pixels, 1 / step);
}

/**
 * target[at..at+length) = weighted sum of runs of `length` in `source`, `stride` apart; nothing for an output outside.
 */
function addTaps(
  target: Float32Array,
  at: number,
  source: Float32Array,
  start: number,
  stride: number,
  taps: Taps,
  output: number,
  length: number,
): void {
  target.fill(0, at, at + length);
  const weights = taps.weights[output];
  for (let tap = 0; tap < weights.length; tap++) {
    const from = start + (taps.first[output] + tap) * stride;
    for (let index = 0; index < length; index++) target[at + index] += weights[tap] * source[from + index];
  }
}

function largest(values: Float32Array, start: number, count: number): number {
  let best = 0;
  for (let index = 1; index < count; index++) if (values[start + index] > values[start + best]) best = index;
  return best;
}
