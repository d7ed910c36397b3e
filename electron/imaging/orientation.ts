/**
 * Between the grid of a file and RAS+: the voxel axes are permuted and flipped so that each runs as closely as it can
 * to right, anterior and superior. Nothing is interpolated, so both ways are exact.
 */
import type { Grid, LabelMap, Matrix3, Vector3 } from '../../shared/volume.ts';
import { axisDirection } from './geometry.ts';

type Voxels = Float32Array | Uint8Array;

/** For each RAS+ axis: the file's axis that it is, and whether it runs the other way there. */
interface Orientation {
  axes: Vector3;
  flipped: [boolean, boolean, boolean];
}

const permutations: Vector3[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** The image or label map of these voxels (on `sourceGrid`, x fastest) on its RAS+ grid. */
export function orientToRas<V extends Voxels>(
  sourceGrid: Grid,
  voxels: V,
): { grid: Grid; sourceGrid: Grid; voxels: V } {
  const orientation = orientationOf(sourceGrid);
  const oriented = emptyLike(voxels);
  visit(sourceGrid, orientation, (source, ras) => {
    oriented[ras] = voxels[source];
  });
  return { grid: rasGrid(sourceGrid, orientation), sourceGrid, voxels: oriented };
}

/** The exact inverse of `orientToRas`: the label map on the grid that the file had. */
export function toSourceGrid(map: Pick<LabelMap, 'sourceGrid' | 'voxels'>): { grid: Grid; voxels: Uint8Array } {
  const voxels = new Uint8Array(map.voxels.length);
  visit(map.sourceGrid, orientationOf(map.sourceGrid), (source, ras) => {
    voxels[source] = map.voxels[ras];
  });
  return { grid: map.sourceGrid, voxels };
}

/** Of the six ways to name the axes, the one in which they run closest to the world's. The first wins a tie. */
function orientationOf(grid: Grid): Orientation {
  const along = (axis: number, world: number) => axisDirection(grid.direction, axis)[world];
  const closeness = (axes: Vector3) =>
    axes.reduce((sum, axis, world) => sum + Math.abs(along(axis, world)) / columnLength(grid.direction, axis), 0);
  const axes = permutations.reduce((best, other) => (closeness(other) > closeness(best) + 1e-9 ? other : best));
  return { axes, flipped: axes.map((axis, world) => along(axis, world) < 0) as Orientation['flipped'] };
}

function rasGrid(source: Grid, { axes, flipped }: Orientation): Grid {
  const origin: Vector3 = [...source.origin];
  const direction = new Array<number>(9);
  for (let ras = 0; ras < 3; ras++) {
    const axis = axes[ras];
    const column = axisDirection(source.direction, axis);
    const length = source.spacing[axis] * (source.size[axis] - 1);
    for (let row = 0; row < 3; row++) {
      if (flipped[ras]) origin[row] += column[row] * length;
      direction[3 * row + ras] = flipped[ras] ? 0 - column[row] : column[row];
    }
  }
  return {
    size: axes.map((axis) => source.size[axis]) as Vector3,
    spacing: axes.map((axis) => source.spacing[axis]) as Vector3,
    origin,
    direction: direction as Matrix3,
  };
}

/** Calls `each` with the index of every voxel in the file's order and in RAS+ order, the latter counting up. */
function visit(source: Grid, { axes, flipped }: Orientation, each: (source: number, ras: number) => void): void {
  const strides = [1, source.size[0], source.size[0] * source.size[1]];
  const size = axes.map((axis) => source.size[axis]);
  const step = axes.map((axis, ras) => (flipped[ras] ? -strides[axis] : strides[axis]));
  const start = axes.reduce((sum, _, ras) => sum + (flipped[ras] ? -step[ras] * (size[ras] - 1) : 0), 0);
  let ras = 0;
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      let from = start + z * step[2] + y * step[1];
      for (let x = 0; x < size[0]; x++) {
        each(from, ras++);
        from += step[0];
      }
    }
  }
}

function columnLength(direction: Matrix3, axis: number): number {
  return Math.hypot(...axisDirection(direction, axis));
}

function emptyLike<V extends Voxels>(voxels: V): V {
  return new (voxels.constructor as new (length: number) => V)(voxels.length);
}
