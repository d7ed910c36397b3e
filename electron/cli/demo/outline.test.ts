import { describe, expect, it } from 'vitest';
import { outlinePath } from './outline.ts';

describe('outlinePath', () => {
  it('goes round a single pixel on its four edges', () => {
    const labels = new Uint8Array([0, 0, 0, 0, 2, 0, 0, 0, 0]);
    const steps = outlinePath(labels, 3, 3, 2).match(/M\d+ \d+[hv]1/g);
    expect(steps).toHaveLength(4);
    expect(new Set(steps)).toEqual(new Set(['M1 1h1', 'M1 1v1', 'M1 2h1', 'M2 1v1']));
  });

  it('closes at the border of the picture, and is empty where the label is not', () => {
    expect(outlinePath(new Uint8Array([1]), 1, 1, 1).match(/M/g)).toHaveLength(4);
    expect(outlinePath(new Uint8Array([1]), 1, 1, 2)).toBe('');
  });
});
