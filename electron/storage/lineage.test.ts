import { describe, expect, it } from 'vitest';
import {
  hasLearntFrom,
  joinLineages,
  lineageFrom,
  lineageOfVolumes,
  nothingLearnt,
  unknownLineage,
} from './lineage.ts';

const encoder = { id: 'encoder-1', lineage: lineageOfVolumes([{ contentHash: 'a' }, { contentHash: 'b' }]) };

describe('a lineage', () => {
  it('passes from a start to what begins with it, nearest ancestor first', () => {
    const unet = {
      id: 'unet-1',
      lineage: joinLineages(lineageFrom(encoder), lineageOfVolumes([{ contentHash: 'b' }, { contentHash: 'c' }])),
    };
    expect(lineageFrom(unet)).toEqual({
      ancestors: ['unet-1', 'encoder-1'],
      volumes: ['a', 'b', 'c'],
      complete: true,
    });
  });

  it('says of a volume that it was learnt from, was not, or that this is not known', () => {
    expect(hasLearntFrom(encoder.lineage, 'a')).toBe(true);
    expect(hasLearntFrom(encoder.lineage, 'z')).toBe(false);
    const elsewhere = joinLineages(encoder.lineage, unknownLineage);
    expect(hasLearntFrom(elsewhere, 'a')).toBe(true);
    expect(hasLearntFrom(elsewhere, 'z')).toBeNull();
    expect(hasLearntFrom(nothingLearnt, 'a')).toBe(false);
  });
});
