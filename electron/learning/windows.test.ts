import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../shared/random.ts';
import { cutWindow, drawPlace, drawPlaceAround, placesOver, windowStarts, windowWeights } from './windows.ts';

describe('windows over a slice', () => {
  it.each([
    [16, 16],
    [17, 16],
    [24, 16],
    [25, 16],
    [500, 64],
    [512, 160],
  ])('cover %i pixels by windows of %i, neighbours overlapping by half or more', (size, side) => {
    const starts = windowStarts(size, side);
    expect(starts[0]).toBe(0);
    expect(starts.at(-1)).toBe(size - side);
    for (let index = 1; index < starts.length; index++) {
      expect(starts[index] - starts[index - 1]).toBeLessThanOrEqual(side / 2);
      expect(starts[index]).toBeGreaterThan(starts[index - 1]);
    }
  });

  it('show every pixel', () => {
    const frame = { height: 37, width: 50 };
    const seen = new Set<number>();
    for (const place of placesOver(frame, 16)) {
      const target = new Float32Array(256);
      cutWindow(
        Float32Array.from({ length: 37 * 50 }, (_, pixel) => pixel),
        frame,
        place,
        16,
        target,
      );
      for (const pixel of target) seen.add(pixel);
    }
    expect(seen.size).toBe(37 * 50);
  });

  it('count most in their middle, and somewhat everywhere', () => {
    const weights = windowWeights(16);
    expect(weights[7 * 16 + 7]).toBe(Math.max(...weights));
    expect(Math.min(...weights)).toBeGreaterThan(0);
    expect(weights[0]).toBe(weights[255]);
  });
});

describe('a drawn window', () => {
  const frame = { height: 40, width: 16 };

  it('lies within the slice and reaches all of it', () => {
    const rows = Array.from({ length: 300 }, (_, seed) => drawPlace(frame, 16, seededRandom(seed)));
    expect(rows.every(({ row, column }) => row >= 0 && row <= 24 && column === 0)).toBe(true);
    expect(new Set(rows.map(({ row }) => row)).size).toBe(25);
  });

  it('shows the pixel that it is to show, also at the border', () => {
    for (const pixel of [
      { row: 0, column: 0 },
      { row: 39, column: 15 },
      { row: 20, column: 3 },
    ]) {
      for (let seed = 0; seed < 50; seed++) {
        const { row, column } = drawPlaceAround(frame, 16, pixel, seededRandom(seed));
        expect(row).toBeLessThanOrEqual(pixel.row);
        expect(row + 16).toBeGreaterThan(pixel.row);
        expect([column, row >= 0, row <= 24]).toEqual([0, true, true]);
      }
    }
  });
});
