import { describe, expect, it } from 'vitest';
import type { WeightTensors } from '../../../../shared/safetensors.ts';
import { federatedAverage } from './fedavg.ts';

const weights = (...values: number[]): WeightTensors => ({
  kernel: { shape: [values.length], data: Float32Array.from(values) },
});

describe('federated average', () => {
  it('weights by volumes', () => {
    const average = federatedAverage([
      { weights: weights(1, 10), volumes: 1 },
      { weights: weights(2, 20), volumes: 3 },
    ]);
    expect(average.kernel.shape).toEqual([2]);
    expect([...average.kernel.data]).toEqual([1.75, 17.5]);
  });

  it('of one site is that site', () => {
    expect(federatedAverage([{ weights: weights(0.1), volumes: 7 }]).kernel.data).toEqual(Float32Array.of(0.1));
  });

  it('does not depend on the order of arrival, to the bit', () => {
    const updates = Array.from({ length: 9 }, (_, i) => ({
      weights: weights(...Array.from({ length: 50 }, (_, k) => Math.sin(i * 50 + k) * 10 ** (k % 7))),
      volumes: 1 + ((i * 7) % 5),
    }));
    const shuffled = [4, 0, 8, 2, 6, 1, 7, 3, 5].map((i) => updates[i]);
    expect(federatedAverage(shuffled).kernel.data).toEqual(federatedAverage(updates).kernel.data);
  });

  it('sums in float64: many small weights do not drown in a large one', () => {
    const updates = [{ weights: weights(2 ** 24), volumes: 1 }];
    for (let i = 1; i < 64; i++) updates.push({ weights: weights(1), volumes: 1 });
    expect(federatedAverage(updates).kernel.data[0]).toBe(Math.fround((2 ** 24 + 63) / 64));
  });

  it('of nothing is an error', () => {
    expect(() => federatedAverage([])).toThrow(expect.objectContaining({ code: 'federation.nothing-to-average' }));
  });
});
