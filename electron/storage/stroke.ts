/**
 * A stroke on a label map: runs of voxels that change to one label. It is kept as the runs that really changed, each
 * with the label that it had, so that one record serves both undo and redo.
 *
 * Bytes of a record, for each run in order: voxels since the end of the run before, and the length, as LEB128 numbers;
 * then the label before, one byte. Three or four bytes a run.
 */
import { fault } from '../../shared/errors.ts';

export interface Stroke {
  label: number; // 0 erases
  starts: Uint32Array; // voxel index of each run, ascending
  lengths: Uint32Array; // voxels of each run
}

/** Runs with the label that each has. */
export interface LabelledRuns {
  starts: Uint32Array;
  lengths: Uint32Array;
  labels: Uint8Array;
}

/**
 * Throws `storage.stroke-unsound` unless there are runs, in order, apart from each other and inside of `voxels` voxels.
 */
export function checkStroke({ label, starts, lengths }: Stroke, voxels: number): void {
  const unsound = (reason: string) => fault('storage.stroke-unsound', { reason });
  if (!Number.isInteger(label) || label < 0 || label > 255) throw unsound('its label is no number from 0 to 255');
  if (starts.length === 0) throw unsound('it has no voxels');
  if (starts.length !== lengths.length) throw unsound('it has not as many lengths as starts');
  let end = 0;
  for (let run = 0; run < starts.length; run++) {
    if (lengths[run] === 0) throw unsound(`run ${run + 1} is empty`);
    if (starts[run] < end) throw unsound(`run ${run + 1} overlaps or comes before the one ahead of it`);
    end = starts[run] + lengths[run];
    if (end > voxels) throw unsound(`run ${run + 1} ends outside of the volume`);
  }
}

/** The record of what a sound stroke changes in `voxels`, which stay as they are; empty where it changes nothing. */
export function recordStroke({ label, starts, lengths }: Stroke, voxels: Uint8Array): Uint8Array {
  const record = new Writer();
  let reached = 0; // end of the last changed run
  for (let run = 0; run < starts.length; run++) {
    const end = starts[run] + lengths[run];
    for (let at = starts[run]; at < end; ) {
      const before = voxels[at];
      let next = at + 1;
      while (next < end && voxels[next] === before) next++;
      if (before !== label) {
        record.number(at - reached);
        record.number(next - at);
        record.byte(before);
        reached = next;
      }
      at = next;
    }
  }
  return record.bytes();
}

/** The changed runs of a record, each with the label that it had before the stroke. */
export function readRecord(record: Uint8Array): LabelledRuns {
  let count = 0;
  eachRun(record, () => count++);
  const runs = { starts: new Uint32Array(count), lengths: new Uint32Array(count), labels: new Uint8Array(count) };
  let run = 0;
  eachRun(record, (start, length, before) => {
    runs.starts[run] = start;
    runs.lengths[run] = length;
    runs.labels[run++] = before;
  });
  return runs;
}

export function paint(voxels: Uint8Array, { starts, lengths, labels }: LabelledRuns): void {
  for (let run = 0; run < starts.length; run++) voxels.fill(labels[run], starts[run], starts[run] + lengths[run]);
}

/** The runs of a record with the label that the stroke gave them. */
export function afterStroke(runs: LabelledRuns, label: number): LabelledRuns {
  return { ...runs, labels: new Uint8Array(runs.labels.length).fill(label) };
}

function eachRun(record: Uint8Array, each: (start: number, length: number, before: number) => void): void {
  let at = 0;
  const number = () => {
    for (let value = 0, factor = 1; ; factor *= 128) {
      const byte = record[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  for (let reached = 0; at < record.length; ) {
    const start = reached + number();
    const length = number();
    reached = start + length;
    each(start, length, record[at++]);
  }
}

/** Bytes that grow as they are written. */
class Writer {
  #bytes = new Uint8Array(256);
  #length = 0;

  byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[this.#length++] = value;
  }

  number(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.byte((rest % 128) + 128);
    this.byte(rest);
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
