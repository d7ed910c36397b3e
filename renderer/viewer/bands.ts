/** The partitions of a volume along the plan's slice axis, as strips beside a scrollbar. */

export interface Band {
  partition: number; // from 0
  first: number; // slice
  end: number; // one past the last slice
}

/**
 * Slice z of Z belongs to partition p where floor(pZ/S) <= z < floor((p+1)Z/S). Partitions without a slice are left
 * out.
 */
export function bandsOf(slices: number, partitions: number): Band[] {
  return Array.from({ length: partitions }, (_, partition) => ({
    partition,
    first: Math.floor((partition * slices) / partitions),
    end: Math.floor(((partition + 1) * slices) / partitions),
  })).filter(({ first, end }) => end > first);
}

export function bandAt(bands: Band[], slice: number): Band | undefined {
  return bands.find(({ first, end }) => slice >= first && slice < end);
}
