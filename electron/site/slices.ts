/** Slices of a volume or label map for pictures of them. */
import type { SliceAxis, Vector3 } from '../../shared/volume.ts';
import { planes } from '../imaging/thumbnail.ts';

export { mostLabelledSlice, planes } from '../imaging/thumbnail.ts';

/**
 * [down, across] of `planes`, both counting as the volume's axes do; a reader of images sees it with both turned round.
 */
export function cutSlice<Voxels extends Float32Array | Uint8Array>(
  voxels: Voxels,
  size: Vector3,
  axis: SliceAxis,
  index: number,
): Voxels {
  const { across, down, through } = planes[axis];
  const strides = [1, size[0], size[0] * size[1]];
  const slice = new (voxels.constructor as new (length: number) => Voxels)(size[across] * size[down]);
  for (let at = 0, y = 0; y < size[down]; y++) {
    const start = index * strides[through] + y * strides[down];
    for (let x = 0; x < size[across]; x++) slice[at++] = voxels[start + x * strides[across]];
  }
  return slice;
}
