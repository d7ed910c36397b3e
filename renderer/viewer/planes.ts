/**
 * The three planes and the spaces of a viewport. A voxel v covers [v, v + 1) in voxel space, so its centre is v + 0.5;
 * only `Grid` counts from centres, and only the two conversions to and from the world know about it.
 */
import type { Grid, SliceAxis, Vector3 } from '../../shared/volume.ts';

export type Plane = SliceAxis;
export const planes: readonly Plane[] = ['axial', 'coronal', 'sagittal'];

/** Continuous position in a volume, in voxels. The brand only keeps the spaces apart. */
export type VoxelPoint = Vector3 & { readonly space?: 'voxel' };
/** RAS+ millimetres. */
export type WorldPoint = Vector3 & { readonly space?: 'world' };
/** Continuous position in a slice: x counts columns, y rows. */
export interface PixelPoint {
  x: number;
  y: number;
  readonly space?: 'pixel';
}
/** CSS pixels from the upper left corner of a viewport. */
export interface CanvasPoint {
  x: number;
  y: number;
  readonly space?: 'canvas';
}

type VoxelAxis = 0 | 1 | 2;

/** Which voxel axes the columns and rows of a plane's slices count, and along which the slices run. */
export const axesOf: Record<Plane, { column: VoxelAxis; row: VoxelAxis; slice: VoxelAxis }> = {
  axial: { column: 0, row: 1, slice: 2 },
  coronal: { column: 0, row: 2, slice: 1 },
  sagittal: { column: 1, row: 2, slice: 0 },
};

export function sliceCount(grid: Grid, plane: Plane): number {
  return grid.size[axesOf[plane].slice];
}

export function voxelToPixel(plane: Plane, voxel: VoxelPoint): PixelPoint {
  const { column, row } = axesOf[plane];
  return { x: voxel[column], y: voxel[row] };
}

/** The point of a slice; `slice` is a whole number, the answer lies in the middle of it. */
export function pixelToVoxel(plane: Plane, pixel: PixelPoint, slice: number): VoxelPoint {
  const axes = axesOf[plane];
  const voxel: VoxelPoint = [0, 0, 0];
  voxel[axes.column] = pixel.x;
  voxel[axes.row] = pixel.y;
  voxel[axes.slice] = slice + 0.5;
  return voxel;
}

export function voxelToWorld(grid: Grid, voxel: VoxelPoint): WorldPoint {
  const { origin, spacing, direction } = grid;
  return [0, 1, 2].map((row) =>
    [0, 1, 2].reduce((sum, axis) => sum + direction[3 * row + axis] * spacing[axis] * (voxel[axis] - 0.5), origin[row]),
  ) as Vector3;
}

/** The whole voxel that a point lies in, or null outside of the volume. */
export function voxelAt(grid: Grid, point: VoxelPoint): Vector3 | null {
  const voxel = point.map(Math.floor) as Vector3;
  return voxel.every((value, axis) => value >= 0 && value < grid.size[axis]) ? voxel : null;
}

/** The middle of the voxel nearest to a point. */
export function clampToVolume(grid: Grid, point: VoxelPoint): VoxelPoint {
  return point.map((value, axis) => Math.min(grid.size[axis] - 1, Math.max(0, Math.floor(value))) + 0.5) as Vector3;
}

/** Index in a voxel array, x fastest. */
export function indexOf(size: Vector3, voxel: Vector3): number {
  return voxel[0] + size[0] * (voxel[1] + size[1] * voxel[2]);
}
