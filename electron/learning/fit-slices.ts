/** Rules that fit slices and windows: axis, partitions, spacing, window, and the network that sees it. */
import type { DeviceKind } from '../../shared/engine.ts';
import type { Fingerprint } from '../../shared/fingerprint.ts';
import type { Plan } from '../../shared/plan.ts';
import { type Choice, type Plane, type Resources, rounded } from './fit-rule.ts';

/** Of planes that are equally good the first is taken. */
const planes: readonly Plane[] = [
  { name: 'axial', through: 2, within: [0, 1], words: 'from feet to head' },
  { name: 'coronal', through: 1, within: [0, 2], words: 'from back to front' },
  { name: 'sagittal', through: 0, within: [1, 2], words: 'from left to right' },
];

const COARSER = 1.25; // times the next spacing, from which one is called coarsest: less is as good as equal
const EQUAL = 0.9; // of the most slices, from which an axis has as many
const AROUND = 2; // side of a window in extents of the labels: half an extent of surroundings on every side
const LEAST_WINDOW = 128; // pixels, where slices have them: about as far as five levels look
const SMALLEST_WINDOW = 32; // pixels; below, no memory is saved that matters
const MOST_COARSER = 2; // times the spacing that voxels have
const LEAST_MAP = 3; // pixels a side of the deepest level
const LEAST_WIDTH = 8; // channels, before a smaller window is tried
const LEVELS = 5; // of the paper
const PARTITIONS = 4; // of the paper
const MANY_SLICES = 160;

/** Windows grow to what a device computes in time, and the network is as wide as it does. */
const devices: Record<DeviceKind, { window: number; width: number; words: string }> = {
  cuda: { window: 512, width: 32, words: 'nnU-Net has as many, and a graphics card computes them in time' },
  graphics: { window: 512, width: 32, words: 'nnU-Net has as many, and a graphics card computes them in time' },
  processor: { window: 256, width: 16, words: 'a processor takes four times as long for twice as many' },
  software: { window: 128, width: 8, words: 'a graphics card that the processor plays is slow' },
};

/** Across the coarsest spacing; where there is none, along the axis with most slices to learn from. */
export function choosePlane({ spacing, foreground, size }: Fingerprint): { plane: Plane; reason: string } {
  const along = (values: Fingerprint['spacing'], { through }: Plane) => values[through].median;
  const byCoarseness = planes.toSorted((a, b) => along(spacing, b) - along(spacing, a));
  const [coarsest, next] = byCoarseness.map((plane) => along(spacing, plane));
  if (coarsest >= COARSER * next) {
    const [plane] = byCoarseness;
    const reason = `voxels are coarsest ${plane.words}, ${rounded(coarsest)} mm, and a slice is best where they are fine`;
    return { plane, reason };
  }
  const slices = foreground?.slices ?? size;
  const most = Math.max(...planes.map((plane) => along(slices, plane)));
  const plane = planes.find((each) => along(slices, each) >= EQUAL * most) ?? planes[0];
  const shown = `${rounded(along(slices, plane))} slices`;
  const what =
    foreground === null ? `a volume has most ${plane.words}, ${shown}` : `labels show in most ${plane.words}, ${shown}`;
  return { plane, reason: `voxels are as fine one way as the other, and ${what}` };
}

/** As in the paper; fewer where there is no slice for each, more where a quarter of a volume shows different organs. */
export function fitPartitions({ size }: Fingerprint, { through }: Plane): Choice {
  const slices = Math.round(size[through].low); // nine volumes in ten have as many or more
  const there = `volumes have ${slices} slices or more`;
  const choose = (partitions: number, reason: string): Choice => {
    return { settings: { partitions }, reasons: { partitions: reason } };
  };
  if (slices < PARTITIONS) return choose(Math.max(2, slices), `volumes have as few as ${slices} slices`);
  if (slices <= MANY_SLICES) return choose(PARTITIONS, `the paper has as many, and ${there}`);
  return choose(2 * PARTITIONS, `${there}, and a quarter of them would show too much that is not alike`);
}

/**
 * Pixels as large as the voxels; a window that shows the labels and as much again around them, or the whole slice.
 * Where that is too large for the device pixels grow first; where it is too large for the memory the network becomes
 * narrower, then the window smaller.
 */
export function fitWindow(fingerprint: Fingerprint, plane: Plane, resources: Resources, plan: Plan): Choice {
  const { kind, memory, needOf } = resources;
  const { size, spacing, foreground } = fingerprint;
  const device = devices[kind];
  const fine = within(Math.min(...plane.within.map((axis) => spacing[axis].median)), 0.1, 10);
  const slice = Math.max(...plane.within.map((axis) => size[axis].median * spacing[axis].median)); // mm
  const extent = foreground && Math.max(...plane.within.map((axis) => foreground.extent[axis].high)); // mm
  const wanted = Math.min(slice, Math.max(AROUND * (extent ?? slice), LEAST_WINDOW * fine)); // mm
  const fits = wanted <= device.window * fine;
  const pixel = fits ? fine : Math.min(MOST_COARSER * fine, wanted / device.window, 10);
  const millimetres = Number(pixel.toFixed(3));

  const wantedSide = Math.min(device.window, Math.max(SMALLEST_WINDOW, upTo16(wanted / millimetres)));
  let side = wantedSide;
  let width = device.width;
  const candidate = () => ({
    ...plan,
    spacing: millimetres,
    inputSize: side,
    baseWidth: width,
    levels: levelsOf(side),
  });
  while (needOf(candidate(), 2) > memory && side > SMALLEST_WINDOW) {
    if (width > LEAST_WIDTH) width /= 2;
    else side -= 16;
  }
  const room = `what ${gigabytes(memory)} of memory hold`;
  const levels = levelsOf(side);
  return {
    settings: { spacing: millimetres, inputSize: side, baseWidth: width, levels },
    reasons: {
      spacing: fits
        ? 'it is the median of the voxels in a slice'
        : `with ${rounded(fine)} mm, the median of the voxels, ${windowWords(wanted, slice, extent)} would not fit into ${device.window} pixels`,
      inputSize:
        side < wantedSide
          ? `it is ${room}`
          : side * millimetres < wanted - 16 * millimetres
            ? `a larger one takes too long here`
            : `it shows ${windowWords(wanted, slice, extent)}`,
      baseWidth: width < device.width ? `it is ${room} with this window` : device.words,
      levels:
        levels === LEVELS
          ? 'the paper has as many'
          : `a window of ${side} pixels, halved once more, would be narrower than ${LEAST_MAP} pixels`,
    },
  };
}

function windowWords(wanted: number, slice: number, extent: number | null): string {
  if (wanted >= slice) return `the whole slice, ${rounded(slice)} mm`;
  if (extent !== null && wanted <= AROUND * extent + 1e-9) {
    return `the labels, ${rounded(extent)} mm in large volumes, and as much again around them`;
  }
  return `${rounded(wanted)} mm around the labels, about as far as the network looks`;
}

/** The paper's, or as many as leave the deepest level something to see. */
function levelsOf(side: number): number {
  let levels = LEVELS;
  while (levels > 3 && side / 2 ** (levels - 1) < LEAST_MAP) levels--;
  return levels;
}

function upTo16(pixels: number): number {
  return 16 * Math.ceil(pixels / 16 - 1e-6);
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function gigabytes(bytes: number): string {
  return `${rounded(bytes / 1e9)} GB`;
}
