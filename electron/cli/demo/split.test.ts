import { describe, expect, it } from 'vitest';
import { splitCases } from './split.ts';

const cases = Array.from({ length: 100 }, (_, index) => `case ${index}`);

describe('splitCases', () => {
  it('gives every case to one place at most', () => {
    const split = splitCases(cases, { sites: 4, volumes: 15, seed: 7 })!;
    const all = [...split.sites.flat(), ...split.heldOut];
    expect(new Set(all).size).toBe(all.length);
    expect(split.sites.map((site) => site.length)).toEqual([15, 15, 15, 15]);
    expect(split.heldOut).toHaveLength(20); // a quarter of the 80 that are used
  });

  it('holds the same cases out for every seed, and splits the rest anew', () => {
    const one = splitCases(cases, { sites: 3, volumes: 10, seed: 1 })!;
    const two = splitCases(cases, { sites: 3, volumes: 10, seed: 2 })!;
    expect(two.heldOut).toEqual(one.heldOut);
    expect(two.sites).not.toEqual(one.sites);
    expect(splitCases(cases, { sites: 3, volumes: 10, seed: 1 })).toEqual(one);
  });

  it('uses everything when no number is given', () => {
    const split = splitCases(cases, { sites: 3, seed: 1 })!;
    expect(split.heldOut).toHaveLength(25);
    expect(split.sites.flat()).toHaveLength(75);
  });

  it('holds out 8 at least, and says when there are too few', () => {
    expect(splitCases(cases.slice(0, 12), { sites: 2, volumes: 2, seed: 1 })!.heldOut).toHaveLength(8);
    expect(splitCases(cases.slice(0, 9), { sites: 2, volumes: 2, seed: 1 })).toBeUndefined();
  });
});
