/** The connected region of one label in a slice: what the fill tool fills. */
import type { Vector3 } from '../../shared/volume.ts';
import { axesOf, indexOf, type Plane } from './planes.ts';

export interface Region {
  indices: Uint32Array; // into the label map
  touchesEdge: boolean; // of the slice: background that does is no hole
}

/** Voxels joined to `voxel` by their sides, within its slice, that have the same label. */
export function regionOf(labels: Uint8Array, size: Vector3, plane: Plane, voxel: Vector3): Region {
  const axes = axesOf[plane];
  const strides = [1, size[0], size[0] * size[1]];
  const columns = size[axes.column];
  const rows = size[axes.row];
  const origin = [...voxel] as Vector3;
  origin[axes.column] = 0;
  origin[axes.row] = 0;
  const start = indexOf(size, origin);
  const label = labels[indexOf(size, voxel)];
  const seen = new Uint8Array(columns * rows);
  const found: number[] = [];
  const waiting = [voxel[axes.row] * columns + voxel[axes.column]];
  seen[waiting[0]] = 1;
  let touchesEdge = false;
  const look = (pixel: number, column: number, row: number) => {
    if (seen[pixel]) return;
    if (labels[start + column * strides[axes.column] + row * strides[axes.row]] !== label) return;
    seen[pixel] = 1;
    waiting.push(pixel);
  };
  for (let pixel = waiting.pop(); pixel !== undefined; pixel = waiting.pop()) {
    const column = pixel % columns;
    const row = (pixel - column) / columns;
    found.push(start + column * strides[axes.column] + row * strides[axes.row]);
    if (column === 0 || row === 0 || column === columns - 1 || row === rows - 1) touchesEdge = true;
    if (column > 0) look(pixel - 1, column - 1, row);
    if (column < columns - 1) look(pixel + 1, column + 1, row);
    if (row > 0) look(pixel - columns, column, row - 1);
    if (row < rows - 1) look(pixel + columns, column, row + 1);
  }
  return { indices: Uint32Array.from(found), touchesEdge };
}
