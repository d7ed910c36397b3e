import { describe, expect, it } from 'vitest';
import { partitionOf, partitionRange } from './partitions.ts';

describe('partitions', () => {
  it('follows the definition where slices do not divide evenly', () => {
    const ranges = [0, 1, 2, 3].map((partition) => partitionRange(partition, 10, 4));
    expect(ranges).toEqual([
      { start: 0, end: 2 },
      { start: 2, end: 5 },
      { start: 5, end: 7 },
      { start: 7, end: 10 },
    ]);
  });

  it('leaves partitions empty where there are fewer slices than partitions', () => {
    const sizes = [0, 1, 2, 3].map((partition) => {
      const { start, end } = partitionRange(partition, 2, 4);
      return end - start;
    });
    expect(sizes).toEqual([0, 1, 0, 1]);
  });

  it('puts every slice into exactly the partition whose range holds it', () => {
    for (const partitions of [2, 3, 4, 7, 16]) {
      for (let slices = 1; slices <= 60; slices++) {
        for (let slice = 0; slice < slices; slice++) {
          const { start, end } = partitionRange(partitionOf(slice, slices, partitions), slices, partitions);
          expect(slice >= start && slice < end).toBe(true);
        }
      }
    }
  });
});
