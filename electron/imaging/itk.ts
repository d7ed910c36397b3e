/**
 * What the readers and the writer need of ITK. Only the file worker imports this: its pipelines print what they read.
 */
import type { Image } from 'itk-wasm';
import { fault } from '../../shared/errors.ts';
import type { Grid, Matrix3, Vector3 } from '../../shared/volume.ts';
import { isSheared, isSingular, SHEAR, swapLpsAndRas } from './geometry.ts';

/** An image of ITK as numbers on a RAS+ grid. */
export interface PlainImage {
  grid: Grid;
  values: ArrayLike<number>;
}

/**
 * Takes over an image that ITK read; `name` names it in errors. Throws `imaging.colour`, `imaging.four-dimensional`,
 * `imaging.two-dimensional`, `imaging.no-spacing`, `imaging.singular-direction`, `imaging.sheared`.
 */
export function fromItk(image: Image, name: string): PlainImage {
  const { imageType, size, data } = image;
  if (imageType.components !== 1 || data === null) throw fault('imaging.colour', { file: name });
  if (size.slice(3).some((length) => length > 1)) throw fault('imaging.four-dimensional', { file: name });
  if (size.length < 3 || size.slice(0, 3).some((length) => length < 2)) {
    throw fault('imaging.two-dimensional', { file: name });
  }
  const dimensions = size.length;
  const spacing = image.spacing.slice(0, 3) as Vector3;
  if (!spacing.every((length) => Number.isFinite(length) && length > 0)) {
    throw fault('imaging.no-spacing', { file: name });
  }
  const direction = [0, 1, 2].flatMap((row) =>
    [0, 1, 2].map((column) => Number(image.direction[row * dimensions + column])),
  ) as Matrix3;
  if (isSingular(direction)) throw fault('imaging.singular-direction', { file: name });
  if (isSheared(direction, SHEAR)) throw fault('imaging.sheared', { file: name });
  const lps: Grid = {
    size: size.slice(0, 3) as Vector3,
    spacing,
    origin: image.origin.slice(0, 3) as Vector3,
    direction,
  };
  const long = data instanceof BigInt64Array || data instanceof BigUint64Array;
  return { grid: swapLpsAndRas(lps), values: long ? Float64Array.from(data, Number) : data };
}

/** An image for ITK to write: numbers and grid, and no text of any kind. */
export function toItk(grid: Grid, voxels: Float32Array | Uint8Array): Image {
  const { size, spacing, origin, direction } = swapLpsAndRas(grid);
  return {
    imageType: {
      dimension: 3,
      componentType: voxels instanceof Uint8Array ? 'uint8' : 'float32',
      pixelType: 'Scalar',
      components: 1,
    },
    name: '',
    size,
    spacing,
    origin,
    direction: Float64Array.from(direction),
    metadata: new Map(),
    data: voxels.slice(), // ITK takes the whole buffer behind a view
  };
}
