/**
 * Partitions: the S contiguous runs of slices that a volume is cut into (docs/method.md, section 2; Wu et al., MICCAI
 * 2021, section 2.1).
 */

interface SliceRange {
  start: number;
  end: number; // exclusive; equal to `start` where a volume of fewer than S slices leaves a partition empty
}

/** Slices of partition `partition` (from 0) of a volume of `slices` slices cut into `partitions`. */
export function partitionRange(partition: number, slices: number, partitions: number): SliceRange {
  return {
    start: Math.floor((partition * slices) / partitions),
    end: Math.floor(((partition + 1) * slices) / partitions),
  };
}

/** Partition (from 0) in which slice `slice` lies. */
export function partitionOf(slice: number, slices: number, partitions: number): number {
  return Math.floor(((slice + 1) * partitions - 1) / slices);
}
