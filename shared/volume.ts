/**
 * Volumes as every folder knows them. World coordinates are RAS+ millimetres: x grows to the right, y forwards, z
 * upwards.
 */

export type Vector3 = [number, number, number];
/** Row-major 3 x 3; column a is the world direction of voxel axis a. */
export type Matrix3 = [number, number, number, number, number, number, number, number, number];

/** Where voxels lie: world = origin + direction * (spacing .* voxel). World is RAS+ in mm. */
export interface Grid {
  size: Vector3; // voxels along each axis
  spacing: Vector3; // mm; never assumed, a file without it is refused
  origin: Vector3; // mm, centre of voxel (0, 0, 0)
  direction: Matrix3;
}

/**
 * A 3-D image whose axes run as closely as they can to right, anterior and superior ("RAS+"): only permuted and
 * flipped, never interpolated, so an oblique volume stays oblique.
 */
export interface Volume {
  grid: Grid;
  /** The grid that the file had; permuting and flipping `grid` gives it back exactly. */
  sourceGrid: Grid;
  voxels: Float32Array; // x fastest, then y, then z: voxels[x + nx * (y + ny * z)]
}

/** The same grid of label numbers, 0 being background. */
export interface LabelMap {
  grid: Grid;
  sourceGrid: Grid;
  voxels: Uint8Array; // x fastest
}

/** The plane that slices lie in; slices run along the remaining axis: axial z, coronal y, sagittal x. */
export type SliceAxis = 'axial' | 'coronal' | 'sagittal';

export function voxelCount(grid: Grid): number {
  return grid.size[0] * grid.size[1] * grid.size[2];
}
