/**
 * Slices of a voxel array. An axial slice is a view into the array; the other two planes are gathered into one buffer
 * that the source keeps, so that nothing is allocated while a person scrolls.
 */
import type { Vector3 } from '../../shared/volume.ts';
import { axesOf, type Plane } from './planes.ts';
import type { ValueWindow } from './window-level.ts';

export type VoxelArray = Uint8Array | Int16Array | Uint16Array | Float32Array;

export class SliceSource {
  readonly plane: Plane;
  readonly columns: number;
  readonly rows: number;
  readonly columnSpacing: number; // mm
  readonly rowSpacing: number; // mm
  readonly voxels: VoxelArray;
  readonly #size: Vector3;
  #gathered: VoxelArray | undefined;
  #shades: Uint8Array | undefined;

  constructor(voxels: VoxelArray, grid: { size: Vector3; spacing: Vector3 }, plane: Plane) {
    const { column, row } = axesOf[plane];
    this.voxels = voxels;
    this.plane = plane;
    this.#size = grid.size;
    this.columns = grid.size[column];
    this.rows = grid.size[row];
    this.columnSpacing = grid.spacing[column];
    this.rowSpacing = grid.spacing[row];
  }

  /** [rows, columns]; good until the next call. */
  read(slice: number): VoxelArray {
    const { voxels, columns, rows } = this;
    const [nx, ny] = this.#size;
    const plane = nx * ny;
    if (this.plane === 'axial') return voxels.subarray(plane * slice, plane * (slice + 1));
    this.#gathered ??= new (voxels.constructor as new (length: number) => VoxelArray)(columns * rows);
    const gathered = this.#gathered;
    for (let row = 0; row < rows; row++) {
      if (this.plane === 'coronal') {
        const start = plane * row + nx * slice;
        gathered.set(voxels.subarray(start, start + nx), row * columns);
      } else {
        for (let column = 0, from = plane * row + slice; column < columns; column++, from += nx) {
          gathered[row * columns + column] = voxels[from];
        }
      }
    }
    return gathered;
  }

  /** The slice in 256 shades of a window: for values that no look-up table can list. Good until the next call. */
  shades(slice: number, { low, high }: ValueWindow): Uint8Array {
    const values = this.read(slice);
    this.#shades ??= new Uint8Array(values.length);
    const step = 256 / (high - low);
    for (let index = 0; index < values.length; index++) {
      const shade = (values[index] - low) * step;
      this.#shades[index] = shade <= 0 ? 0 : shade >= 255 ? 255 : shade;
    }
    return this.#shades;
  }
}
