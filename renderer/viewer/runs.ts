/** Runs of voxels, as strokes travel and as undo gives them back: sorted, apart from each other, never empty. */
import type { Change } from '../../shared/api/viewer.ts';

export interface Runs {
  starts: Uint32Array<ArrayBuffer>;
  lengths: Uint32Array<ArrayBuffer>;
}

/** Runs of voxel indices; `indices` holds each once, in any order, and is sorted in place. */
export function runsOf(indices: Uint32Array): Runs {
  indices.sort();
  let count = 0;
  for (let at = 0; at < indices.length; at++) if (at === 0 || indices[at] !== indices[at - 1] + 1) count++;
  const starts = new Uint32Array(count);
  const lengths = new Uint32Array(count);
  let run = -1;
  for (let at = 0; at < indices.length; at++) {
    if (at === 0 || indices[at] !== indices[at - 1] + 1) starts[++run] = indices[at];
    lengths[run]++;
  }
  return { starts, lengths };
}

/** Writes what an undo or redo gives back: each run with the label that it now has. */
export function applyRuns(
  voxels: Uint8Array,
  { starts, lengths }: Pick<Change, 'starts' | 'lengths'>,
  labels: Uint8Array,
): void {
  for (let run = 0; run < starts.length; run++) {
    voxels.fill(labels[run], starts[run], starts[run] + lengths[run]);
  }
}
