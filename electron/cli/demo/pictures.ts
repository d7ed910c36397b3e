/** Slices of held-out volumes with the reference's and each method's outline, for the report. */
import type { Plan } from '../../../shared/plan.ts';
import type { LabelMap, SliceAxis, Volume } from '../../../shared/volume.ts';
import { readLabelFile, readVolume } from '../../site/volumes.ts';

export interface Panel {
  title: string;
  dice: number | null; // of the whole volume; null for the reference
  labels: Uint8Array; // [height, width]
}

/** One slice of one held-out volume. */
export interface Picture {
  width: number;
  height: number;
  pixel: [number, number]; // mm across and down
  image: Uint8Array; // grey, [height, width]
  panels: Panel[]; // the reference first, then each method
}

/** Which voxel axes run across and down the picture; down is flipped where up on the screen is up in the patient. */
const planes: Record<SliceAxis, { across: 0 | 1; down: 1 | 2; through: 0 | 1 | 2 }> = {
  axial: { across: 0, down: 1, through: 2 },
  coronal: { across: 0, down: 2, through: 1 },
  sagittal: { across: 1, down: 2, through: 0 },
};

/** The most telling slice of one volume. */
export function drawPicture(
  files: { image: string; labels: string },
  plan: Plan,
  predictions: { title: string; dice: number | null; file: string }[],
): Picture {
  const volume = readVolume(files.image);
  const reference = readLabelFile(files.labels);
  const { across, down, through } = planes[plan.axis];
  const slice = fullestSlice(reference, through);
  const { size, spacing } = volume.grid;
  const cut = <Map extends Volume | LabelMap>(map: Map) => sliceOf(map, plan.axis, slice);
  return {
    width: size[across],
    height: size[down],
    pixel: [spacing[across], spacing[down]],
    image: greyOf(cut(volume) as Float32Array),
    panels: [
      { title: 'Reference', dice: null, labels: cut(reference) as Uint8Array },
      ...predictions.map(({ title, dice, file }) => ({ title, dice, labels: cut(readLabelFile(file)) as Uint8Array })),
    ],
  };
}

/** The slice that shows most labels; of those the one with most labelled voxels. */
function fullestSlice({ grid, voxels }: LabelMap, through: 0 | 1 | 2): number {
  const strides = [1, grid.size[0], grid.size[0] * grid.size[1]];
  const shown = Array.from({ length: grid.size[through] }, () => new Set<number>());
  const counts = shown.map(() => 0);
  for (let index = 0; index < voxels.length; index++) {
    if (voxels[index] === 0) continue;
    const slice = Math.floor(index / strides[through]) % grid.size[through];
    shown[slice].add(voxels[index]);
    counts[slice]++;
  }
  const worth = counts.map((count, slice) => shown[slice].size * voxels.length + count);
  return worth.indexOf(Math.max(...worth));
}

/** [height, width], the patient's top (or front) at the top. */
function sliceOf({ grid, voxels }: Volume | LabelMap, axis: SliceAxis, slice: number): Float32Array | Uint8Array {
  const { across, down, through } = planes[axis];
  const strides = [1, grid.size[0], grid.size[0] * grid.size[1]];
  const width = grid.size[across];
  const height = grid.size[down];
  const pixels = voxels instanceof Uint8Array ? new Uint8Array(width * height) : new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      pixels[y * width + x] = voxels[x * strides[across] + (height - 1 - y) * strides[down] + slice * strides[through]];
    }
  }
  return pixels;
}

/** Grey from the 1st to the 99th percentile. */
function greyOf(values: Float32Array): Uint8Array {
  const sorted = values.toSorted();
  const low = sorted[Math.floor(0.01 * (sorted.length - 1))];
  const high = sorted[Math.ceil(0.99 * (sorted.length - 1))];
  return Uint8Array.from(values, (value) => Math.min(255, Math.max(0, (255 * (value - low)) / (high - low || 1))));
}
