/**
 * Exact Euclidean distances on a grid with its own spacing along each axis, in one pass an axis (Felzenszwalb and
 * Huttenlocher, "Distance Transforms of Sampled Functions", Theory of Computing 2012): linear in the number of voxels.
 */
import type { Vector3 } from '../../shared/volume.ts';

/**
 * Squared distance (mm2) of every voxel to the nearest voxel whose mask is not 0; Infinity where there is none. x
 * fastest.
 */
export function squaredDistances(mask: Uint8Array, size: Vector3, spacing: Vector3): Float64Array {
  const squares = Float64Array.from(mask, (inside) => (inside ? 0 : Number.POSITIVE_INFINITY));
  const [nx, ny, nz] = size;
  for (let row = 0; row < ny * nz; row++) lowerEnvelope(squares, row * nx, 1, nx, spacing[0]);
  for (let z = 0; z < nz; z++) {
    for (let x = 0; x < nx; x++) lowerEnvelope(squares, x + z * nx * ny, nx, ny, spacing[1]);
  }
  for (let column = 0; column < nx * ny; column++) lowerEnvelope(squares, column, nx * ny, nz, spacing[2]);
  return squares;
}

/** Replaces f by min over j of f(j) + (spacing (i - j))^2 along one line of the grid. */
function lowerEnvelope(values: Float64Array, start: number, stride: number, count: number, spacing: number): void {
  const heights: number[] = []; // f at each parabola of the envelope
  const centres: number[] = []; // its voxel
  const borders: number[] = []; // where it becomes the lowest, in voxels
  const unit = spacing * spacing;
  for (let i = 0; i < count; i++) {
    const height = values[start + i * stride];
    if (height === Number.POSITIVE_INFINITY) continue;
    let border = Number.NEGATIVE_INFINITY;
    while (centres.length > 0) {
      const last = centres.length - 1;
      const centre = centres[last];
      border = (height - heights[last]) / (2 * unit * (i - centre)) + (i + centre) / 2;
      if (border > borders[last]) break;
      heights.pop();
      centres.pop();
      borders.pop();
      border = Number.NEGATIVE_INFINITY;
    }
    heights.push(height);
    centres.push(i);
    borders.push(border);
  }
  if (centres.length === 0) return;
  let at = 0;
  for (let i = 0; i < count; i++) {
    while (at + 1 < centres.length && borders[at + 1] <= i) at++;
    values[start + i * stride] = heights[at] + unit * (i - centres[at]) ** 2;
  }
}
