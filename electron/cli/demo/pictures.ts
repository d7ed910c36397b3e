/** Slices of held-out volumes with the reference's and each method's outline, for the report. */
import type { Plan } from '../../../shared/plan.ts';
import { cutSlice, mostLabelledSlice, planes } from '../../site/slices.ts';
import { readLabelFile, readVolume } from '../../site/volumes.ts';

interface Panel {
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

/** The most telling slice of one volume. */
export function drawPicture(
  files: { image: string; labels: string },
  plan: Plan,
  predictions: { title: string; dice: number | null; file: string }[],
): Picture {
  const volume = readVolume(files.image);
  const reference = readLabelFile(files.labels);
  const { across, down } = planes[plan.axis];
  const { size, spacing } = volume.grid;
  const slice = mostLabelledSlice(volume.grid, plan.axis, reference);
  const cut = <Voxels extends Float32Array | Uint8Array>({ voxels }: { voxels: Voxels }) =>
    cutSlice(voxels, size, plan.axis, slice).reverse() as Voxels; // both sides turned round, as a reader sees it
  return {
    width: size[across],
    height: size[down],
    pixel: [spacing[across], spacing[down]],
    image: greyOf(cut(volume)),
    panels: [
      { title: 'Reference', dice: null, labels: cut(reference) },
      ...predictions.map(({ title, dice, file }) => ({ title, dice, labels: cut(readLabelFile(file)) })),
    ],
  };
}

/** Grey from the 1st to the 99th percentile. */
function greyOf(values: Float32Array): Uint8Array {
  const sorted = values.toSorted();
  const low = sorted[Math.floor(0.01 * (sorted.length - 1))];
  const high = sorted[Math.ceil(0.99 * (sorted.length - 1))];
  return Uint8Array.from(values, (value) => Math.min(255, Math.max(0, (255 * (value - low)) / (high - low || 1))));
}
