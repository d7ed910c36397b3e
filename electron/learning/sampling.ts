/**
 * Which slices a step trains on, and their augmented copies. Every draw is named by its seed and step, so a run that
 * was interrupted draws the same after a restart.
 */
import type { Augmentation } from '../../shared/plan.ts';
import { type Random, randomInteger, seededRandom, shuffled } from '../../shared/random.ts';
import { changeClasses, changeSlice, drawChange } from './augmentation.ts';
import { partitionRange } from './partitions.ts';
import type { LabelledSlices, SliceStack } from './slices.ts';

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

/** Slices of one contrastive step, augmented twice: x1 goes to the main encoder, x2 to the momentum encoder. */
export interface PairedBatch {
  count: number; // N
  side: number; // pixels
  first: Float32Array; // [N, side, side]
  second: Float32Array; // [N, side, side]
  partitions: Uint8Array; // [N]
}

/** One slice of each partition of each volume; a volume of fewer slices than partitions gives fewer. */
export function pairedBatch(
  volumes: SliceStack[],
  partitions: number,
  bounds: Augmentation,
  random: Random,
): PairedBatch {
  const picks: { volume: SliceStack; slice: number; partition: number }[] = [];
  for (const volume of volumes) {
    for (let partition = 0; partition < partitions; partition++) {
      const { start, end } = partitionRange(partition, volume.count, partitions);
      if (end > start) picks.push({ volume, slice: start + randomInteger(random, end - start), partition });
    }
  }
  const { side } = volumes[0];
  const area = side * side;
  const first = new Float32Array(picks.length * area);
  const second = new Float32Array(picks.length * area);
  picks.forEach(({ volume, slice }, row) => {
    const source = volume.pixels.subarray(slice * area, (slice + 1) * area);
    for (const target of [first, second]) {
      const change = drawChange(bounds, side, random);
      changeSlice(source, target.subarray(row * area, (row + 1) * area), side, change, random);
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

interface SlicePick {
  volume: number;
  slice: number;
}

/**
 * Slices of one supervised step: one half of them show a label, the other half are any. Where labels are rare most
 * slices would teach nothing, and where none were drawn without a label the network would see labels everywhere.
 *
 * `shows` tells for each slice of each volume whether it has a labelled pixel; `step` counts from 0.
 */
export function pickSlices(shows: boolean[][], batch: number, step: number, ...seed: (string | number)[]): SlicePick[] {
  const all = shows.flatMap((slices, volume) => slices.map((_, slice) => ({ volume, slice })));
  const labelled = all.filter(({ volume, slice }) => shows[volume][slice]);
  const half = labelled.length === 0 ? 0 : Math.ceil(batch / 2);
  const rest = batch - half;
  return [
    ...drawInEpochs(labelled.length, step * half, half, ...seed, 'labelled').map((index) => labelled[index]),
    ...drawInEpochs(all.length, step * rest, rest, ...seed, 'any').map((index) => all[index]),
  ];
}

/** For each slice, whether it has a pixel that is not background. */
export function labelledSlices({ count, side, classes }: LabelledSlices): boolean[] {
  const area = side * side;
  return Array.from({ length: count }, (_, slice) =>
    classes.subarray(slice * area, (slice + 1) * area).some((value) => value !== 0),
  );
}

export interface LabelledBatch {
  count: number; // N
  side: number; // pixels
  pixels: Float32Array; // [N, side, side]
  classes: Uint8Array; // [N, side, side]
}

/** The picked slices, each augmented together with its labels. `volumes` holds the volume of every pick. */
export function labelledBatch(
  volumes: ReadonlyMap<number, LabelledSlices>,
  picks: SlicePick[],
  bounds: Augmentation,
  random: Random,
): LabelledBatch {
  const volumeOf = (pick: SlicePick) => volumes.get(pick.volume) as LabelledSlices;
  const { side } = volumeOf(picks[0]);
  const area = side * side;
  const pixels = new Float32Array(picks.length * area);
  const classes = new Uint8Array(picks.length * area);
  picks.forEach((pick, row) => {
    const source = volumeOf(pick);
    const from = [pick.slice * area, (pick.slice + 1) * area] as const;
    const to = [row * area, (row + 1) * area] as const;
    const change = drawChange(bounds, side, random);
    changeSlice(source.pixels.subarray(...from), pixels.subarray(...to), side, change, random);
    changeClasses(source.classes.subarray(...from), classes.subarray(...to), side, change);
  });
  return { count: picks.length, side, pixels, classes };
}
