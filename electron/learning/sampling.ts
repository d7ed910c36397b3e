/**
 * Which slices a step trains on, and their augmented copies. Every draw is named by its seed and step, so a run that
 * was interrupted draws the same after a restart.
 */
import type { Plan } from '../../shared/plan.ts';
import { type Random, randomInteger, seededRandom, shuffled } from '../../shared/random.ts';
import { changeClasses, changeWindow, drawChange } from './augmentation.ts';
import { partitionRange } from './partitions.ts';
import { type LabelledSlices, type SliceStack, sliceOf } from './slices.ts';
import { drawPlace, drawPlaceAround, type Frame, type Place } from './windows.ts';

/**
 * `count` of the numbers 0 to `size - 1` from position `from` on, in an order that is drawn anew for each epoch. So
 * everything comes up equally often, and once in each epoch.
 */
export function drawInEpochs(size: number, from: number, count: number, ...seed: (string | number)[]): number[] {
  const drawn: number[] = [];
  let order: number[] = [];
  for (let position = from; position < from + count; position++) {
    const at = position % size;
    if (drawn.length === 0 || at === 0) {
      const numbers = Array.from({ length: size }, (_, index) => index);
      // The seed's word for an epoch is 'deck', so that a run of an earlier version draws on as it began.
      order = shuffled(seededRandom(...seed, 'deck', Math.floor(position / size)), numbers);
    }
    drawn.push(order[at]);
  }
  return drawn;
}

/**
 * Windows of slices of one contrastive step, augmented twice: x1 goes to the main encoder, x2 to the momentum encoder.
 */
export interface PairedBatch {
  count: number; // N
  side: number; // pixels
  first: Float32Array; // [N, side, side]
  second: Float32Array; // [N, side, side]
  partitions: Uint8Array; // [N]
}

/**
 * A window of one slice of each partition of each volume; a volume of fewer slices than partitions gives fewer. Both
 * copies are of the same window.
 */
export function pairedBatch(
  volumes: SliceStack[],
  { partitions, augmentation, inputSize: side }: Pick<Plan, 'partitions' | 'augmentation' | 'inputSize'>,
  random: Random,
): PairedBatch {
  const picks: { volume: SliceStack; slice: number; partition: number }[] = [];
  for (const volume of volumes) {
    for (let partition = 0; partition < partitions; partition++) {
      const { start, end } = partitionRange(partition, volume.count, partitions);
      if (end > start) picks.push({ volume, slice: start + randomInteger(random, end - start), partition });
    }
  }
  const area = side * side;
  const first = new Float32Array(picks.length * area);
  const second = new Float32Array(picks.length * area);
  picks.forEach(({ volume, slice }, row) => {
    const window = { frame: volume, place: drawPlace(volume, side, random), side };
    const source = sliceOf(volume, volume.pixels, slice);
    for (const target of [first, second]) {
      const change = drawChange(augmentation, side, random);
      changeWindow(source, target.subarray(row * area, (row + 1) * area), window, change, random);
    }
  });
  return { count: picks.length, side, first, second, partitions: Uint8Array.from(picks, (pick) => pick.partition) };
}

/**
 * Slices of one volume to fill a memory bank with: up to `each` different ones of every partition, the partitions
 * taking turns, so that any number of them from the first on is balanced.
 */
export function spreadSlices(slices: number, partitions: number, each: number, random: Random): number[] {
  const columns = Array.from({ length: partitions }, (_, partition) => {
    const { start, end } = partitionRange(partition, slices, partitions);
    return shuffled(
      random,
      Array.from({ length: end - start }, (_, index) => start + index),
    );
  });
  return Array.from({ length: each }, (_, turn) => columns.flatMap((column) => column.slice(turn, turn + 1))).flat();
}

export interface SlicePick {
  volume: number;
  slice: number;
  labelled: boolean; // its window is to show a label
}

const LABELLED_SHARE = 1 / 3; // of a batch

/**
 * Slices of one supervised step: a third of them for a window around a label, the others for one anywhere. Where labels
 * are rare most windows would teach nothing, and where none were drawn without a label the network would see labels
 * everywhere.
 *
 * `shows` tells for each slice of each volume whether it has a labelled pixel; `step` counts from 0.
 */
export function pickSlices(shows: boolean[][], batch: number, step: number, ...seed: (string | number)[]): SlicePick[] {
  const all = shows.flatMap((slices, volume) => slices.map((_, slice) => ({ volume, slice, labelled: false })));
  const labelled = all.filter(({ volume, slice }) => shows[volume][slice]).map((pick) => ({ ...pick, labelled: true }));
  const most = labelled.length === 0 ? 0 : Math.ceil(batch * LABELLED_SHARE);
  const rest = batch - most;
  return [
    ...drawInEpochs(labelled.length, step * most, most, ...seed, 'labelled').map((index) => labelled[index]),
    ...drawInEpochs(all.length, step * rest, rest, ...seed, 'any').map((index) => all[index]),
  ];
}

/** For each slice, whether it has a pixel that is not background. */
export function labelledSlices(volume: LabelledSlices): boolean[] {
  return Array.from({ length: volume.count }, (_, slice) =>
    sliceOf(volume, volume.classes, slice).some((value) => value !== 0),
  );
}

export interface LabelledBatch {
  count: number; // N
  side: number; // pixels
  pixels: Float32Array; // [N, side, side]
  classes: Uint8Array; // [N, side, side]
}

/**
 * A window of each of the picked slices, augmented together with its labels. `volumes` holds the volume of every pick.
 */
export function labelledBatch(
  volumes: ReadonlyMap<number, LabelledSlices>,
  picks: SlicePick[],
  { augmentation, inputSize: side }: Pick<Plan, 'augmentation' | 'inputSize'>,
  random: Random,
): LabelledBatch {
  const area = side * side;
  const pixels = new Float32Array(picks.length * area);
  const classes = new Uint8Array(picks.length * area);
  picks.forEach(({ volume: index, slice, labelled }, row) => {
    const volume = volumes.get(index) as LabelledSlices;
    const sliceClasses = sliceOf(volume, volume.classes, slice);
    const place = labelled
      ? drawPlaceAround(volume, side, drawLabelledPixel(sliceClasses, volume, side, random), random)
      : drawPlace(volume, side, random);
    const window = { frame: volume, place, side };
    const to = [row * area, (row + 1) * area] as const;
    const change = drawChange(augmentation, side, random);
    changeWindow(sliceOf(volume, volume.pixels, slice), pixels.subarray(...to), window, change, random);
    changeClasses(sliceClasses, classes.subarray(...to), window, change);
  });
  return { count: picks.length, side, pixels, classes };
}

/**
 * A pixel of a label: each label of the slice as likely, and of that each pixel. Nothing is drawn where a window shows
 * the whole slice.
 */
function drawLabelledPixel(classes: Uint8Array, { height, width }: Frame, side: number, random: Random): Place {
  if (height <= side && width <= side) return { row: 0, column: 0 };
  const counts = new Uint32Array(256);
  for (const value of classes) counts[value]++;
  const present = [...counts.keys()].filter((value) => value > 0 && counts[value] > 0);
  const chosen = present[randomInteger(random, present.length)];
  let left = randomInteger(random, counts[chosen]);
  const at = classes.findIndex((value) => value === chosen && left-- === 0);
  return { row: Math.floor(at / width), column: at % width };
}
