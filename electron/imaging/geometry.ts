/** Arithmetic of grids. World coordinates are RAS+ millimetres, voxel coordinates count from 0 at a voxel's centre. */
import type { Grid, Matrix3, Vector3 } from '../../shared/volume.ts';

/** World direction of voxel axis `axis`: a column of the direction matrix. */
export function axisDirection(direction: Matrix3, axis: number): Vector3 {
  return [direction[axis], direction[3 + axis], direction[6 + axis]];
}

export function determinant(m: Matrix3): number {
  return m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
}

export function voxelToWorld(grid: Grid, voxel: Vector3): Vector3 {
  const world: Vector3 = [...grid.origin];
  for (let axis = 0; axis < 3; axis++) {
    const direction = axisDirection(grid.direction, axis);
    for (let row = 0; row < 3; row++) world[row] += direction[row] * grid.spacing[axis] * voxel[axis];
  }
  return world;
}

const GRID_TOLERANCE = 0.1; // of the smallest spacing; headers written by different programs differ by rounding

/** Do voxels of both grids lie at the same places? Compares sizes and all eight corners. */
export function sameGrid(a: Grid, b: Grid): boolean {
  if (a.size.some((size, axis) => size !== b.size[axis])) return false;
  const allowed = GRID_TOLERANCE * Math.min(...a.spacing);
  for (let corner = 0; corner < 8; corner++) {
    const voxel = a.size.map((size, axis) => (corner & (1 << axis) ? size - 1 : 0)) as Vector3;
    const there = voxelToWorld(b, voxel);
    if (distance(voxelToWorld(a, voxel), there) > allowed) return false;
  }
  return true;
}

export function distance(a: Vector3, b: Vector3): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

export function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/**
 * ITK and DICOM count x to the left and y backwards (LPS+); turns their grid into RAS+, or back: it is its own inverse.
 */
export function swapLpsAndRas(grid: Grid): Grid {
  const turn = (value: number, row: number) => (row < 2 ? 0 - value : value);
  return {
    size: [...grid.size],
    spacing: [...grid.spacing],
    origin: grid.origin.map(turn) as Vector3,
    direction: grid.direction.map((value, index) => turn(value, Math.floor(index / 3))) as Matrix3,
  };
}

/** True for a matrix whose columns do not span the room, or that holds a number that is not finite. */
export function isSingular(matrix: Matrix3): boolean {
  const lengths = [0, 1, 2].map((axis) => Math.hypot(...axisDirection(matrix, axis)));
  return !(Math.abs(determinant(matrix)) > 1e-4 * lengths[0] * lengths[1] * lengths[2]);
}

export const SHEAR = 1e-3; // cosine of two axes beyond which they are not called perpendicular; 0.06 degrees

/** True where an axis leans towards another by more than `allowed` (the cosine of their angle). */
export function isSheared(direction: Matrix3, allowed: number): boolean {
  const axes = [0, 1, 2].map((axis) => axisDirection(direction, axis));
  return [
    [0, 1],
    [0, 2],
    [1, 2],
  ].some(([a, b]) => Math.abs(dot(axes[a], axes[b])) > allowed * Math.hypot(...axes[a]) * Math.hypot(...axes[b]));
}
