import { describe, expect, it } from 'vitest';
import { tinyBatch, tinyPlan } from '../testing.ts';
import { decodeFeatureBatch, encodeFeatureBatch, largestSealedBatch, normBounds } from './feature-batch.ts';

const plan = tinyPlan();
const sound = encodeFeatureBatch(tinyBatch(plan, 3), plan);
const reasonOf = (bytes: Uint8Array) => {
  try {
    decodeFeatureBatch(bytes, plan, 'B');
    return 'read';
  } catch (error) {
    expect(error).toMatchObject({ code: 'federation.bad-features' });
    return (error as Error).message;
  }
};
const changed = (change: (view: DataView) => void) => {
  const bytes = new Uint8Array(sound);
  change(new DataView(bytes.buffer));
  return bytes;
};

/** Deterministic standard normal numbers (Box-Muller over a linear congruence). */
function gaussian(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return (state + 1) / (2 ** 32 + 1);
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

describe('feature batch', () => {
  it('has the documented bytes', () => {
    const batch = { ...tinyBatch(plan, 0, 2) };
    const bytes = encodeFeatureBatch(batch, plan);
    expect(bytes.length).toBe(8 + 2 * (4 * 16 + 1));
    expect([...bytes.subarray(0, 12)]).toEqual([2, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0x80, 0x3f]); // 1 as float32
    expect([...bytes.subarray(-2)]).toEqual([0, 1]);
    expect(decodeFeatureBatch(bytes, plan, 'B')).toEqual(batch);
  });

  it('reads from the middle of a larger buffer', () => {
    const larger = new Uint8Array(sound.length + 3);
    larger.set(sound, 3);
    expect(decodeFeatureBatch(larger.subarray(3), plan, 'B').count).toBe(4);
  });

  it('is refused with what is wrong with it', () => {
    expect(reasonOf(sound)).toBe('read');
    expect(reasonOf(new Uint8Array(5))).toMatch(/cut off/);
    expect(reasonOf(sound.subarray(0, -1))).toMatch(/size/);
    expect(reasonOf(changed((view) => view.setUint32(0, 0, true)))).toMatch(/1 to 16 vectors/);
    expect(reasonOf(changed((view) => view.setUint32(0, 0xffff_ffff, true)))).toMatch(/1 to 16 vectors/);
    expect(reasonOf(changed((view) => view.setUint32(4, 17, true)))).toMatch(/16 numbers/);
    expect(reasonOf(changed((view) => view.setFloat32(8, Number.NaN, true)))).toMatch(/finite/);
    expect(reasonOf(changed((view) => view.setFloat32(8, Number.POSITIVE_INFINITY, true)))).toMatch(/finite/);
    expect(reasonOf(changed((view) => view.setFloat32(8, 3e38, true)))).toMatch(/norm/);
    expect(reasonOf(changed((view) => view.setFloat32(20, 0, true)))).toMatch(/norm/);
    expect(reasonOf(changed((view) => view.setUint8(sound.length - 1, 4)))).toMatch(/partition/);
  });

  it('is checked before it leaves, too', () => {
    const batch = tinyBatch(plan, 0);
    batch.vectors[0] = 2;
    expect(() => encodeFeatureBatch(batch, plan)).toThrow(expect.objectContaining({ code: 'federation.bad-features' }));
    expect(() => encodeFeatureBatch(tinyBatch(plan, 0, 17), plan)).toThrow(/1 to 16/);
  });

  it('has a largest size that the plan sets', () => {
    expect(largestSealedBatch(plan)).toBe(8 + 16 * 65 + 16);
  });
});

describe('norm bounds', () => {
  it('are tight where nothing but rounding was done', () => {
    const { least, most } = normBounds(tinyPlan({ featureLength: 128 }));
    expect(most - 1).toBeLessThan(0.001);
    expect(1 - least).toBeLessThan(0.001);
  });

  it('hold what clipping, noise and rounding do to unit vectors, and not much more', () => {
    const treated = tinyPlan({ featureLength: 128, privacy: { clip: 0.15, noise: 0.05, decimals: 2 } });
    const { least, most } = normBounds(treated);
    const random = gaussian(5);
    const norms: number[] = [];
    for (let trial = 0; trial < 500; trial++) {
      const raw = Array.from({ length: 128 }, () => random() ** 3); // some numbers stand out and are clipped
      const norm = Math.hypot(...raw);
      const vector = raw.map((value) => {
        const clipped = Math.max(-0.15, Math.min(0.15, value / norm));
        return Math.round((clipped + 0.05 * random()) * 100) / 100;
      });
      norms.push(Math.hypot(...vector));
    }
    expect(Math.min(...norms)).toBeGreaterThan(least);
    expect(Math.max(...norms)).toBeLessThan(most);
    expect(most).toBeLessThan(2);
  });
});
