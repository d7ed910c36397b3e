/** A batch that is too large for the memory at hand, cut into parts that are computed one after the other. */

export interface Part {
  from: number; // the first slice
  count: number; // slices
}

/** The fewest parts of at most `most` slices, as equal as can be, in order. */
export function partsOf(slices: number, most: number): Part[] {
  const parts = Math.max(1, Math.ceil(slices / most));
  const start = (part: number) => Math.floor((part * slices) / parts);
  return Array.from({ length: parts }, (_, part) => ({ from: start(part), count: start(part + 1) - start(part) }));
}

/** A copy of the part's slices of `values` [N, numbers]. */
export function rowsOf<Values extends Float32Array | Uint8Array>(values: Values, part: Part, numbers: number): Values {
  return values.slice(part.from * numbers, (part.from + part.count) * numbers) as Values;
}
