/** The fingerprint of one volume, with its label map where there is one: see shared/fingerprint.ts. */
import type { Intensity, LabelFingerprint, VolumeFingerprint } from '../../shared/fingerprint.ts';
import type { Grid, LabelMap, Vector3, Volume } from '../../shared/volume.ts';
import { smallestParts } from './label-parts.ts';
import { eachRun } from './label-runs.ts';
import { quantile } from './quantile.ts';

const SAMPLE = 500_000; // values that percentiles are taken from; sorting 150 million would take ten seconds
const FAT = -200; // Hounsfield units: below fat, -100, there is only what holds air, and MR has nothing so far below 0
const AIR: readonly [number, number] = [-1100, -950]; // Hounsfield units that the air around a person has in a scan

/**
 * `modality` is DICOM's (0008,0060), where a file said it; else the values tell. A volume of 512 x 512 x 600 voxels
 * takes two seconds, and some megabytes besides what is given.
 */
export function fingerprintOf(volume: Volume, labels?: LabelMap, modality?: string): VolumeFingerprint {
  const { size, spacing } = volume.grid;
  const { intensity, least, isWhole } = measure(volume.voxels);
  const places = labels && placesOf(labels);
  const labelled = labels && places?.all ? { ...places.all, intensity: intensityInside(volume, labels) } : null;
  return {
    size: [...size],
    spacing: [...spacing],
    hounsfield: modality === undefined ? isHounsfield(least, isWhole) : modality === 'CT',
    intensity,
    labelled,
    labels: places?.labels ?? [],
  };
}

/**
 * Whether values look like Hounsfield units: whole numbers, some of them below what fat has, as in every CT that shows
 * air; or, where resampling left fractions, the lowest that of air.
 */
function isHounsfield(least: number, isWhole: boolean): boolean {
  return (isWhole && least < FAT) || (least >= AIR[0] && least <= AIR[1]);
}

function measure(voxels: Float32Array): { intensity: Intensity; least: number; isWhole: boolean } {
  const about = voxels[0]; // sums are of what lies apart from it, so that few digits are lost
  const stride = Math.ceil(voxels.length / SAMPLE) | 1; // odd, so that it does not walk along one column
  const sample = new Float32Array(Math.ceil(voxels.length / stride));
  for (let index = 0; index < sample.length; index++) sample[index] = voxels[index * stride];
  let least = Number.POSITIVE_INFINITY;
  let isWhole = true;
  let sum = 0;
  let squares = 0;
  // By index and by bits: several times as quick as for...of and isInteger.
  for (let at = 0; at < voxels.length; at++) {
    const value = voxels[at];
    if (value < least) least = value;
    if ((value | 0) !== value) isWhole = false;
    const apart = value - about;
    sum += apart;
    squares += apart * apart;
  }
  return { intensity: intensityOf(sample, voxels.length, about, sum, squares), least, isWhole };
}

/** Of the labelled voxels, of which there are some. */
function intensityInside({ voxels, grid }: Volume, labels: LabelMap): Intensity {
  let count = 0;
  eachRun(labels.voxels, grid.size[0], (_, start, end) => {
    count += end - start;
  });
  const stride = Math.ceil(count / SAMPLE) | 1;
  const sample = new Float32Array(Math.ceil(count / stride));
  let about: number | undefined;
  let seen = 0;
  let sum = 0;
  let squares = 0;
  eachRun(labels.voxels, grid.size[0], (_, start, end) => {
    about ??= voxels[start];
    for (let at = start; at < end; at++) {
      if (seen % stride === 0) sample[seen / stride] = voxels[at];
      seen++;
      const apart = voxels[at] - about;
      sum += apart;
      squares += apart * apart;
    }
  });
  return intensityOf(sample, count, about ?? 0, sum, squares);
}

/** `sum` and `squares` are of all `count` values less `about`; sorts `sample`. */
function intensityOf(sample: Float32Array, count: number, about: number, sum: number, squares: number): Intensity {
  sample.sort();
  const mean = sum / count;
  return {
    low: quantile(sample, 0.005),
    median: quantile(sample, 0.5),
    high: quantile(sample, 0.995),
    mean: about + mean,
    deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)),
  };
}

type Place = Omit<LabelFingerprint, 'label' | 'smallestPart'>;

/** Where each label and all of them together lie; `all` is null where nothing is labelled. */
function placesOf({ grid, voxels }: LabelMap): { all: Place | null; labels: LabelFingerprint[] } {
  const [nx, ny, nz] = grid.size;
  const shown = grid.size.map((count) => new Uint8Array(256 * count)); // by axis: [label, slice], 1 where it is shown
  const counts = new Float64Array(256);
  eachRun(voxels, nx, (label, start, end) => {
    const line = Math.floor(start / nx);
    counts[label] += end - start;
    shown[0].fill(1, label * nx + (start % nx), label * nx + (start % nx) + end - start);
    shown[1][label * ny + (line % ny)] = 1;
    shown[2][label * nz + Math.floor(line / ny)] = 1;
  });
  const present = [...counts.keys()].filter((label) => counts[label] > 0);
  if (present.length === 0) return { all: null, labels: [] };
  const place = (labels: number[]): Place => {
    const slices = shown.map((axis, index) => slicesShowing(axis, grid.size[index], labels));
    return {
      voxels: labels.reduce((sum, label) => sum + counts[label], 0),
      extent: slices.map((list, axis) => extentOf(list, grid, axis)) as Vector3,
      slices: slices.map((list) => list.length) as Vector3,
    };
  };
  const voxelVolume = grid.spacing[0] * grid.spacing[1] * grid.spacing[2]; // mm3
  const smallest = smallestParts(voxels, grid.size);
  return {
    all: place(present),
    labels: present.map((label) => ({
      label,
      ...place([label]),
      smallestPart: (smallest.get(label) as number) * voxelVolume,
    })),
  };
}

/** Numbers of the slices that show one of the labels, ascending. */
function slicesShowing(shown: Uint8Array, count: number, labels: number[]): number[] {
  return Array.from({ length: count }, (_, slice) => slice).filter((slice) =>
    labels.some((label) => shown[label * count + slice] === 1),
  );
}

/** mm */
function extentOf(slices: number[], { spacing }: Grid, axis: number): number {
  return ((slices.at(-1) as number) - slices[0] + 1) * spacing[axis];
}
