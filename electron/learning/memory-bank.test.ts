import { describe, expect, it } from 'vitest';
import type { FeatureBatch } from '../../shared/features.ts';
import { seededRandom } from '../../shared/random.ts';
import { MemoryBank, sampleFeatures } from './memory-bank.ts';

/** Features of two numbers, [value, -value], in partition value % 4. */
function features(...values: number[]): FeatureBatch {
  return {
    count: values.length,
    length: 2,
    vectors: Float32Array.from(values.flatMap((value) => [value, -value])),
    partitions: Uint8Array.from(values, (value) => value % 4),
  };
}

function filled(capacity: number, ...values: number[]): MemoryBank {
  const bank = new MemoryBank(capacity, 2);
  const { vectors, partitions } = features(...values);
  bank.enqueue(vectors, partitions);
  return bank;
}

describe('MemoryBank', () => {
  it('gives features back in order, with their partitions', () => {
    expect(filled(5, 1, 2, 3).batch()).toEqual(features(1, 2, 3));
  });

  it('drops the oldest when full, also when more than its capacity comes at once', () => {
    const bank = filled(4, 1, 2, 3);
    bank.enqueue(features(4, 5, 6).vectors, features(4, 5, 6).partitions);
    expect(bank.batch()).toEqual(features(3, 4, 5, 6));
    expect(filled(2, 1, 2, 3, 4, 5).batch()).toEqual(features(4, 5));
  });

  it('behaves the same after being rebuilt from its batch', () => {
    const bank = filled(3, 1, 2, 3, 4);
    const rebuilt = new MemoryBank(3, 2);
    rebuilt.enqueue(bank.batch().vectors, bank.batch().partitions);
    for (const each of [bank, rebuilt]) each.enqueue(features(9).vectors, features(9).partitions);
    expect(rebuilt.batch()).toEqual(bank.batch());
    expect(rebuilt.batch()).toEqual(features(3, 4, 9));
  });
});

describe("Q'", () => {
  const local = features(0, 1, 2, 3, 4, 5);
  const remote = [features(10, 11, 12), features(20, 21, 22)];

  it('holds everything once where there is no more than asked for, and knows what is local', () => {
    const sampled = sampleFeatures(local, remote, 100, seededRandom(1));
    const rows = Array.from({ length: sampled.count }, (_, row) => ({
      value: sampled.vectors[2 * row],
      opposite: sampled.vectors[2 * row + 1],
      partition: sampled.partitions[row],
      isLocal: sampled.isLocal[row],
    })).sort((a, b) => a.value - b.value);
    const values = [0, 1, 2, 3, 4, 5, 10, 11, 12, 20, 21, 22];
    expect(rows).toEqual(
      values.map((value) => ({ value, opposite: -value, partition: value % 4, isLocal: value < 10 ? 1 : 0 })),
    );
  });

  it('draws without repetition, the same for the same seed, and every feature sooner or later', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const { vectors, count } = sampleFeatures(local, remote, 5, seededRandom(seed));
      const values = Array.from({ length: count }, (_, row) => vectors[2 * row]);
      expect(new Set(values).size).toBe(5);
      expect(sampleFeatures(local, remote, 5, seededRandom(seed)).vectors).toEqual(vectors);
      for (const value of values) seen.add(value);
    }
    expect(seen.size).toBe(12);
  });
});
