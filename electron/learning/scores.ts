/**
 * Scores of a predicted label map against a reference (docs/method.md, section 9). A surface is the voxels of a mask
 * that a 6-neighbour erosion removes, what lies outside of the grid being background; distances are between surface
 * voxels' centres, in mm.
 */
import type { LabelScores } from '../../shared/scores.ts';
import type { Vector3 } from '../../shared/volume.ts';
import { squaredDistances } from './distance.ts';

/** Scores one label. Both maps have the same grid, x fastest; `spacing` is in mm. */
export function scoreLabel(
  prediction: Uint8Array,
  reference: Uint8Array,
  label: number,
  size: Vector3,
  spacing: Vector3,
): LabelScores {
  const box = boundsOf(label, size, prediction, reference);
  const predicted = cut(prediction, label, size, box);
  const actual = cut(reference, label, size, box);
  const voxelVolume = spacing[0] * spacing[1] * spacing[2];
  const scores: LabelScores = {
    label,
    dice: classDice(predicted, actual, 1),
    hausdorff: null,
    hausdorff95: null,
    assd: null,
    predictedVolume: sum(predicted) * voxelVolume,
    referenceVolume: sum(actual) * voxelVolume,
  };
  if (scores.predictedVolume === 0 || scores.referenceVolume === 0) return scores;

  const predictedSurface = surface(predicted, box.size);
  const actualSurface = surface(actual, box.size);
  const forth = distancesBetween(predictedSurface, actualSurface, box.size, spacing);
  const back = distancesBetween(actualSurface, predictedSurface, box.size, spacing);
  scores.hausdorff = Math.max(forth[forth.length - 1], back[back.length - 1]);
  scores.hausdorff95 = Math.max(percentile(forth, 0.95), percentile(back, 0.95));
  scores.assd = (sum(forth) + sum(back)) / (forth.length + back.length);
  return scores;
}

/** Dice's overlap of one label (or class) in two maps; null where both lack it, as there is nothing to overlap. */
export function classDice(a: Uint8Array, b: Uint8Array, label: number): number | null {
  let shared = 0;
  let both = 0;
  for (let index = 0; index < a.length; index++) {
    const inA = a[index] === label ? 1 : 0;
    const inB = b[index] === label ? 1 : 0;
    shared += inA & inB;
    both += inA + inB;
  }
  return both === 0 ? null : (2 * shared) / both;
}

interface Box {
  start: Vector3;
  size: Vector3;
}

/** The smallest box with every voxel of the label in either map: distances between surfaces need no more. */
function boundsOf(label: number, [nx, ny, nz]: Vector3, ...maps: Uint8Array[]): Box {
  const start: Vector3 = [nx, ny, nz];
  const last: Vector3 = [-1, -1, -1];
  for (let z = 0, index = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, index++) {
        if (maps.every((map) => map[index] !== label)) continue;
        const place = [x, y, z];
        for (let axis = 0; axis < 3; axis++) {
          start[axis] = Math.min(start[axis], place[axis]);
          last[axis] = Math.max(last[axis], place[axis]);
        }
      }
    }
  }
  const size = last.map((end, axis) => Math.max(0, end - start[axis] + 1)) as Vector3;
  return { start, size };
}

/** 1 where the map has the label, 0 elsewhere, within the box. */
function cut(map: Uint8Array, label: number, [nx, ny]: Vector3, { start, size }: Box): Uint8Array {
  const mask = new Uint8Array(size[0] * size[1] * size[2]);
  let index = 0;
  for (let z = start[2]; z < start[2] + size[2]; z++) {
    for (let y = start[1]; y < start[1] + size[1]; y++) {
      const row = nx * (y + ny * z);
      for (let x = start[0]; x < start[0] + size[0]; x++) mask[index++] = map[row + x] === label ? 1 : 0;
    }
  }
  return mask;
}

function surface(mask: Uint8Array, [nx, ny, nz]: Vector3): Uint8Array {
  const neighbours = [1, nx, nx * ny]; // along each axis
  const edge = new Uint8Array(mask.length);
  for (let z = 0, index = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, index++) {
        if (!mask[index]) continue;
        // The label ends at the box's sides, so a voxel there has background beside it.
        const atSide = x === 0 || x === nx - 1 || y === 0 || y === ny - 1 || z === 0 || z === nz - 1;
        const enclosed =
          !atSide && neighbours.every((offset) => mask[index + offset] === 1 && mask[index - offset] === 1);
        edge[index] = enclosed ? 0 : 1;
      }
    }
  }
  return edge;
}

/** Distances (mm) of each voxel of surface `from` to the nearest of surface `to`, ascending. */
function distancesBetween(from: Uint8Array, to: Uint8Array, size: Vector3, spacing: Vector3): Float64Array {
  const squares = squaredDistances(to, size, spacing);
  return squares
    .filter((_, index) => from[index] === 1)
    .map(Math.sqrt)
    .sort();
}

/** Linear interpolation between the two nearest ranks. */
function percentile(ascending: Float64Array, fraction: number): number {
  const rank = fraction * (ascending.length - 1);
  const below = Math.floor(rank);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below] + (rank - below) * (ascending[above] - ascending[below]);
}

function sum(values: Uint8Array | Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
