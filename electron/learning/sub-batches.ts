/** A batch that is too large for the memory at hand, split into sub-batches that are computed one after the other. */

export interface SubBatch {
  from: number; // the first slice
  count: number; // slices
}

/** The fewest sub-batches of at most `most` slices, as equal as can be, in order. */
export function splitBatch(slices: number, most: number): SubBatch[] {
  const count = Math.max(1, Math.ceil(slices / most));
  const start = (index: number) => Math.floor((index * slices) / count);
  return Array.from({ length: count }, (_, index) => ({ from: start(index), count: start(index + 1) - start(index) }));
}

/** A copy of the sub-batch's slices of `values` [N, numbers]. */
export function rowsOf<Values extends Float32Array | Uint8Array>(
  values: Values,
  { from, count }: SubBatch,
  numbers: number,
): Values {
  return values.slice(from * numbers, (from + count) * numbers) as Values;
}
