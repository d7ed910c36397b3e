/**
 * Where the pixels of a slice lie in its volume. A slice is a picture of its whole cross-section, `plan.spacing` mm a
 * pixel, padded on both sides to at least the size of a window, `plan.inputSize`: row-major, the row counting along one
 * RAS+ axis of the volume and the column along another. The picture is for a network, not for a reader of images: rows
 * run upwards (or forwards), not down as on a screen.
 *
 *   axial     slices along z (upwards)       row = y (forwards)   column = x (to the right)
 *   coronal   slices along y (forwards)      row = z (upwards)    column = x (to the right)
 *   sagittal  slices along x (to the right)  row = z (upwards)    column = y (forwards)
 */
import type { Plan } from '../../shared/plan.ts';
import type { Grid, SliceAxis } from '../../shared/volume.ts';

const axesOf: Record<SliceAxis, { slice: number; row: number; column: number }> = {
  axial: { slice: 2, row: 1, column: 0 },
  coronal: { slice: 1, row: 2, column: 0 },
  sagittal: { slice: 0, row: 2, column: 1 },
};

/** What of a plan decides where pixels lie. */
export type PicturePlan = Pick<Plan, 'axis' | 'spacing' | 'inputSize'>;

/** One side of the picture against one axis of the volume. */
export interface Side {
  voxels: number; // along the axis
  stride: number; // between neighbours in the volume's array
  pixels: number; // that show the volume
  offset: number; // of the first of them in the picture; those before and after are padding
  size: number; // of the picture along this side, pixels
  step: number; // voxels from one pixel to the next
}

export interface Picture {
  slices: number;
  sliceStride: number;
  row: Side;
  column: Side;
}

export function pictureOf(grid: Grid, plan: PicturePlan): Picture {
  const { slice, row, column } = axesOf[plan.axis];
  const strides = [1, grid.size[0], grid.size[0] * grid.size[1]];
  const side = (axis: number): Side => {
    const voxels = grid.size[axis];
    const step = plan.spacing / grid.spacing[axis];
    const pixels = Math.max(1, Math.round(voxels / step));
    const size = Math.max(plan.inputSize, pixels);
    return { voxels, stride: strides[axis], pixels, offset: Math.floor((size - pixels) / 2), size, step };
  };
  return {
    slices: grid.size[slice],
    sliceStride: strides[slice],
    row: side(row),
    column: side(column),
  };
}

/**
 * Where a pixel of the picture lies along the axis, in voxels. The middles of both coincide, and where pixels are as
 * large as voxels they coincide one by one, so that nothing is blurred.
 */
export function pixelToVoxel(side: Side, pixel: number): number {
  return (side.voxels - 1) / 2 + (pixel - side.offset - (side.pixels - 1) / 2) * side.step;
}

/** The inverse of `pixelToVoxel`. */
export function voxelToPixel(side: Side, voxel: number): number {
  return side.offset + (side.pixels - 1) / 2 + (voxel - (side.voxels - 1) / 2) / side.step;
}
