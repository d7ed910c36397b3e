import { describe, expect, it } from 'vitest';
import type { Grid, LabelMap, SliceAxis, Volume } from '../../shared/volume.ts';
import { drawSlice, mostLabelledSlice, rangeOf } from './thumbnail.ts';

const grid: Grid = { size: [4, 3, 2], spacing: [1, 1, 1], origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };

/** Bright in one voxel alone. */
function brightAt(x: number, y: number, z: number): Volume {
  const voxels = new Float32Array(24);
  voxels[x + 4 * (y + 3 * z)] = 1;
  return { grid, sourceGrid: grid, voxels };
}

describe('rangeOf', () => {
  it('gives least, most and percentiles', () => {
    const voxels = Float32Array.from({ length: 1001 }, (_, index) => 1000 - index);
    expect(rangeOf(voxels)).toEqual({ least: 0, most: 1000, low: 10, high: 990 });
  });

  it('takes percentiles of a sample where there are many values, of most and least all', () => {
    const voxels = Float32Array.from({ length: 3_000_000 }, (_, index) => index % 1000);
    voxels[1] = -5;
    voxels[2] = 5000;
    const { least, most, low, high } = rangeOf(voxels);
    expect([least, most]).toEqual([-5, 5000]);
    expect(Math.abs(low - 10)).toBeLessThan(6); // of 1000
    expect(Math.abs(high - 989)).toBeLessThan(6); // of 1000
  });

  it('takes the whole range where nearly all is air', () => {
    const voxels = new Float32Array(1000);
    voxels[7] = 3;
    expect(rangeOf(voxels)).toEqual({ least: 0, most: 3, low: 0, high: 3 });
    expect(rangeOf(new Float32Array(10).fill(2))).toEqual({ least: 2, most: 2, low: 2, high: 2 });
  });
});

describe('drawSlice', () => {
  // A voxel to the patient's left, front and top.
  it.each<[SliceAxis, number, number, number, [number, number]]>([
    ['axial', 1, 4, 3, [0, 3]], // front up, the patient's left on the right
    ['coronal', 2, 4, 2, [0, 3]], // top up, likewise
    ['sagittal', 0, 3, 2, [0, 0]], // top up, front on the left
  ])('shows %s slices as a reader sees them', (axis, slice, width, height, [row, column]) => {
    const left = brightAt(0, 2, 1); // x grows to the right
    const picture = drawSlice(left, axis, slice, { low: 0, high: 1 }, Math.max(width, height));
    expect([picture.width, picture.height]).toEqual([width, height]);
    expect(picture.pixels.indexOf(255)).toBe(row * width + column);
    expect(picture.pixels.filter(Boolean)).toHaveLength(1);
  });

  it('keeps lengths true, and averages where it shrinks', () => {
    const wide = { ...grid, spacing: [3, 1, 1] as Grid['spacing'] };
    const voxels = new Float32Array(24).fill(4);
    const picture = drawSlice({ grid: wide, sourceGrid: wide, voxels }, 'axial', 0, { low: 0, high: 8 }, 12);
    expect([picture.width, picture.height]).toEqual([12, 3]);
    expect([...new Set(picture.pixels)]).toEqual([128]);
  });
});

describe('mostLabelledSlice', () => {
  const labels = (...places: [number, number, number, number][]): LabelMap => {
    const voxels = new Uint8Array(24);
    for (const [x, y, z, label] of places) voxels[x + 4 * (y + 3 * z)] = label;
    return { grid, sourceGrid: grid, voxels };
  };

  it('is the middle without labels, else the one that shows most of them', () => {
    expect(mostLabelledSlice(grid, 'coronal')).toBe(1);
    expect(mostLabelledSlice(grid, 'coronal', labels())).toBe(1);
    expect(mostLabelledSlice(grid, 'coronal', labels([0, 0, 0, 1], [1, 0, 0, 1], [0, 2, 1, 1], [1, 2, 1, 2]))).toBe(2);
    expect(mostLabelledSlice(grid, 'coronal', labels([0, 0, 0, 1], [1, 0, 0, 1], [0, 2, 1, 1]))).toBe(0);
  });
});
