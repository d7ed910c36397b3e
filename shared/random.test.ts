import { describe, expect, it } from 'vitest';
import { gaussian, randomInteger, seededRandom, shuffled } from './random.ts';

const draws = (random: () => number, count: number) => Array.from({ length: count }, random);

describe('seededRandom', () => {
  it('gives the same stream for the same parts, on every machine', () => {
    expect(draws(seededRandom(1, 'site', 2), 5)).toEqual(draws(seededRandom(1, 'site', 2), 5));
    // Literal values: a change here would change every seeded result.
    expect(draws(seededRandom(1, 'step', 7), 3).map((number) => number * 2 ** 32)).toEqual([
      1110740329, 3604959375, 2179414670,
    ]);
  });

  it('gives unrelated streams for parts that differ in kind, border or one bit', () => {
    const names = [[1], ['1'], [2], ['ab', 'c'], ['a', 'bc'], [1, 0], [10], [-1], [0.1], []] as (string | number)[][];
    const firsts = names.map((parts) => draws(seededRandom(...parts), 2).join());
    expect(new Set(firsts).size).toBe(names.length);

    const count = 4000; // first draws of neighbouring seeds: uncorrelated
    const first = Array.from({ length: count }, (_, seed) => seededRandom(seed)() - 0.5);
    let correlation = 0;
    for (let seed = 1; seed < count; seed++) correlation += first[seed] * first[seed - 1];
    expect(Math.abs((correlation / count) * 12)).toBeLessThan(4 / Math.sqrt(count));
  });

  it('is uniform in 64 bins (chi squared) and within 0 and 1', () => {
    const random = seededRandom('uniform');
    const bins = new Array(64).fill(0);
    const count = 64_000;
    for (const number of draws(random, count)) {
      expect(number >= 0 && number < 1).toBe(true);
      bins[Math.floor(number * 64)]++;
    }
    const chi = bins.reduce((sum, bin) => sum + (bin - count / 64) ** 2 / (count / 64), 0);
    expect(chi).toBeLessThan(63 + 5 * Math.sqrt(2 * 63));
  });
});

describe('gaussian', () => {
  it('has mean 0, deviation 1 and normal tails', () => {
    const random = seededRandom('gaussian');
    const numbers = Array.from({ length: 40_000 }, () => gaussian(random));
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    const variance = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / numbers.length;
    const beyondTwo = numbers.filter((number) => Math.abs(number) > 2).length / numbers.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
    expect(beyondTwo).toBeGreaterThan(0.04);
    expect(beyondTwo).toBeLessThan(0.051);
  });
});

describe('randomInteger and shuffled', () => {
  it('reach every number and no other', () => {
    const random = seededRandom('integers');
    const seen = new Set(Array.from({ length: 500 }, () => randomInteger(random, 7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('keep all items, leave the input alone, and put each item everywhere', () => {
    const random = seededRandom('shuffle');
    const items = ['a', 'b', 'c', 'd'];
    const places = new Set<string>();
    for (let round = 0; round < 400; round++) {
      const result = shuffled(random, items);
      expect([...result].sort()).toEqual(items);
      result.forEach((item, place) => {
        places.add(item + place);
      });
    }
    expect(places.size).toBe(16);
    expect(items).toEqual(['a', 'b', 'c', 'd']);
  });
});
