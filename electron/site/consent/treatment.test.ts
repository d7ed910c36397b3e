import { describe, expect, it } from 'vitest';
import type { FeatureBatch } from '../../../shared/features.ts';
import { privacySchema } from '../../../shared/plan.ts';
import { treat } from './treatment.ts';

const COUNT = 200;
const LENGTH = 128;

/** Unit vectors, each with one number of 0.8 that clipping can bite on. */
function batch(): FeatureBatch {
  const rest = Math.sqrt((1 - 0.64) / (LENGTH - 1));
  const vectors = new Float32Array(COUNT * LENGTH).map((_, i) => (i % LENGTH === 0 ? 0.8 : i % 2 ? rest : -rest));
  return { count: COUNT, length: LENGTH, vectors, partitions: new Uint8Array(COUNT).map((_, i) => i % 4) };
}
const norms = ({ vectors }: FeatureBatch) =>
  Array.from({ length: COUNT }, (_, row) => Math.hypot(...vectors.subarray(row * LENGTH, (row + 1) * LENGTH)));

describe('treat', () => {
  it('by default only rounds, and says only that', () => {
    const before = batch();
    const { batch: after, words } = treat(before, privacySchema.parse({}));
    expect(words).toBe('each number rounded to 4 decimals');
    expect(after.partitions).toEqual(before.partitions);
    for (const [i, value] of after.vectors.entries()) {
      expect(Math.abs(value - before.vectors[i])).toBeLessThan(0.000051);
      expect(Math.abs(value * 1e4 - Math.round(value * 1e4))).toBeLessThan(1e-3);
    }
    expect(before).toEqual(batch()); // the bank itself is left alone
  });

  it('clips, and brings the vector back to length 1', () => {
    const { batch: after, words } = treat(batch(), privacySchema.parse({ clip: 0.1, decimals: 7 }));
    const rest = Math.sqrt((1 - 0.64) / (LENGTH - 1));
    const norm = Math.hypot(0.1, ...Array(LENGTH - 1).fill(rest));
    expect(after.vectors[0]).toBeCloseTo(0.1 / norm, 6);
    expect(after.vectors[1]).toBeCloseTo(rest / norm, 6);
    for (const length of norms(after)) expect(length).toBeCloseTo(1, 5);
    expect(words).toBe(
      'each number limited to 0.1 either way, each vector brought back to length 1, each number rounded to 7 decimals',
    );
  });

  it('adds noise of the stated deviation, normally distributed', () => {
    const noise = 0.02;
    const settings = privacySchema.parse({ noise, decimals: 7 });
    const before = batch();
    const { batch: after, words } = treat(before, settings);
    expect(words).toContain('random noise of deviation 0.02 added to each number');
    for (const length of norms(after)) expect(length).toBeCloseTo(1, 5);
    // Bringing back to length 1 divides by about sqrt(1 + L noise^2); undo that to see the noise itself.
    const scale = Math.sqrt(1 + LENGTH * noise * noise);
    const added = Array.from(after.vectors, (value, i) => value * scale - before.vectors[i]);
    const deviation = Math.sqrt(added.reduce((sum, value) => sum + value * value, 0) / added.length);
    expect(deviation).toBeGreaterThan(noise * 0.97); // 25,600 draws: a standard error of 0.4 %
    expect(deviation).toBeLessThan(noise * 1.03);
    const within = added.filter((value) => Math.abs(value) < noise).length / added.length;
    expect(within).toBeGreaterThan(0.66); // 0.683 of a normal distribution, 0.577 of an even one
    expect(within).toBeLessThan(0.71);
  });

  it('draws other noise each time', () => {
    const settings = privacySchema.parse({ noise: 0.1 });
    expect(treat(batch(), settings).batch.vectors).not.toEqual(treat(batch(), settings).batch.vectors);
  });

  it('stays within what rounding can move a norm', () => {
    const settings = privacySchema.parse({ noise: 0.1, decimals: 2 });
    for (const length of norms(treat(batch(), settings).batch)) {
      expect(Math.abs(length - 1)).toBeLessThan((Math.sqrt(LENGTH) * 0.01) / 2);
    }
  });
});
