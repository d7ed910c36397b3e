/** Which voxels a round brush covers on its way from one pointer event to the next. */
import type { Grid, Vector3 } from '../../shared/volume.ts';
import { axesOf, indexOf, type Plane, type VoxelPoint } from './planes.ts';

export interface Brush {
  plane: Plane;
  radius: number; // mm
  deep: boolean; // a ball instead of a disc in one slice
}

/**
 * Visits every voxel whose centre lies within the radius of the way, and those that the way itself passes through, so
 * that a brush smaller than a voxel still draws. A voxel may be visited twice. A disc stays in the slice of `from`.
 */
export function brushVoxels(
  { size, spacing }: Pick<Grid, 'size' | 'spacing'>,
  { plane, radius, deep }: Brush,
  from: VoxelPoint,
  to: VoxelPoint,
  visit: (index: number) => void,
): void {
  const flat = axesOf[plane].slice;
  const first: Vector3 = [0, 0, 0];
  const last: Vector3 = [0, 0, 0];
  for (let axis = 0; axis < 3; axis++) {
    const reach = !deep && axis === flat ? 0 : radius / spacing[axis];
    first[axis] = Math.max(0, Math.floor(Math.min(from[axis], to[axis]) - reach));
    last[axis] = Math.min(size[axis] - 1, Math.floor(Math.max(from[axis], to[axis]) + reach));
  }
  const way = from.map((value, axis) => (to[axis] - value) * spacing[axis]);
  const squared = way[0] ** 2 + way[1] ** 2 + way[2] ** 2;
  for (let z = first[2]; z <= last[2]; z++) {
    const dz = !deep && flat === 2 ? 0 : (z + 0.5 - from[2]) * spacing[2];
    for (let y = first[1]; y <= last[1]; y++) {
      const dy = !deep && flat === 1 ? 0 : (y + 0.5 - from[1]) * spacing[1];
      const line = size[0] * (y + size[1] * z);
      for (let x = first[0]; x <= last[0]; x++) {
        const dx = !deep && flat === 0 ? 0 : (x + 0.5 - from[0]) * spacing[0];
        const along = squared === 0 ? 0 : (dx * way[0] + dy * way[1] + dz * way[2]) / squared;
        const nearest = along < 0 ? 0 : along > 1 ? 1 : along;
        const apart = (dx - nearest * way[0]) ** 2 + (dy - nearest * way[1]) ** 2 + (dz - nearest * way[2]) ** 2;
        if (apart <= radius * radius) visit(line + x);
      }
    }
  }
  passVoxels(size, from, to, visit);
}

function passVoxels(size: Vector3, from: VoxelPoint, to: VoxelPoint, visit: (index: number) => void): void {
  const longest = Math.max(...from.map((value, axis) => Math.abs(to[axis] - value)));
  const steps = Math.ceil(longest * 2);
  for (let step = 0; step <= steps; step++) {
    const voxel = from.map((value, axis) =>
      Math.floor(value + (steps === 0 ? 0 : ((to[axis] - value) * step) / steps)),
    ) as Vector3;
    if (voxel.every((value, axis) => value >= 0 && value < size[axis])) visit(indexOf(size, voxel));
  }
}
