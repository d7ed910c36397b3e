/** Brush, runs, strokes, regions and outlines: what drawing is made of. */
import { describe, expect, it } from 'vitest';
import type { Vector3 } from '../../shared/volume.ts';
import { type Brush, brushVoxels } from './brush.ts';
import { outlinesOf } from './outline.ts';
import { indexOf, type VoxelPoint } from './planes.ts';
import { regionOf } from './region.ts';
import { applyRuns, runsOf } from './runs.ts';
import { StrokeRecord } from './stroke.ts';

const grid = { size: [20, 20, 20] as Vector3, spacing: [1, 1, 2] as Vector3 };

function painted(brush: Brush, from: VoxelPoint, to: VoxelPoint): Set<number> {
  const found = new Set<number>();
  brushVoxels(grid, brush, from, to, (index) => found.add(index));
  return found;
}

describe('brush', () => {
  it('draws a disc in millimetres within one slice', () => {
    const found = painted({ plane: 'axial', radius: 2, deep: false }, [10.5, 10.5, 3.5], [10.5, 10.5, 3.5]);
    expect(found.size).toBe(13);
    expect([...found].every((index) => Math.floor(index / 400) === 3)).toBe(true);
  });

  it('draws an ellipse of voxels where they are uneven', () => {
    const found = painted({ plane: 'coronal', radius: 2, deep: false }, [10.5, 3.5, 10.5], [10.5, 3.5, 10.5]);
    expect(found.has(indexOf(grid.size, [12, 3, 10]))).toBe(true);
    expect(found.has(indexOf(grid.size, [10, 3, 11]))).toBe(true);
    expect(found.has(indexOf(grid.size, [10, 3, 12]))).toBe(false); // 4 mm away
  });

  it('draws a ball', () => {
    const found = painted({ plane: 'axial', radius: 2, deep: true }, [10.5, 10.5, 3.5], [10.5, 10.5, 3.5]);
    expect(found.has(indexOf(grid.size, [10, 10, 4]))).toBe(true);
    expect(found.has(indexOf(grid.size, [11, 10, 4]))).toBe(false);
    expect(found.size).toBe(15);
  });

  it('leaves no gap on a fast way, not even when smaller than a voxel', () => {
    const found = painted({ plane: 'axial', radius: 0.1, deep: false }, [2.5, 2.5, 0.5], [17.5, 9.5, 0.5]);
    const columns = new Set([...found].map((index) => index % 20));
    expect([...columns].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, place) => place + 2));
  });

  it('stays inside of the volume', () => {
    const found = painted({ plane: 'sagittal', radius: 5, deep: true }, [0.5, -3, 0.5], [0.5, 1, 0.5]);
    expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
    expect([...found].every((index) => index % 20 <= 5)).toBe(true);
  });
});

describe('runs', () => {
  it('join neighbours and are sorted', () => {
    expect(runsOf(Uint32Array.of(9, 3, 4, 5, 8, 1))).toEqual({
      starts: Uint32Array.of(1, 3, 8),
      lengths: Uint32Array.of(1, 3, 2),
    });
    expect(runsOf(new Uint32Array(0)).starts.length).toBe(0);
  });

  it('are applied with a label each', () => {
    const voxels = new Uint8Array(8);
    applyRuns(voxels, { starts: Uint32Array.of(1, 5), lengths: Uint32Array.of(2, 1) }, Uint8Array.of(7, 9));
    expect([...voxels]).toEqual([0, 7, 7, 0, 0, 9, 0, 0]);
  });
});

describe('a stroke', () => {
  it('tells only voxels that changed, each once, and can be taken back', () => {
    const voxels = Uint8Array.from({ length: 5000 }, (_, index) => (index < 10 ? 1 : 2));
    const stroke = new StrokeRecord(voxels, 1);
    for (let index = 0; index < 4000; index++) stroke.set(index);
    for (let index = 0; index < 4000; index++) stroke.set(index);
    expect(stroke.count).toBe(3990);
    expect(stroke.runs()).toEqual({ starts: Uint32Array.of(10), lengths: Uint32Array.of(3990) });
    stroke.takeBack();
    expect(voxels.every((label, index) => label === (index < 10 ? 1 : 2))).toBe(true);
  });
});

describe('a region', () => {
  const size: Vector3 = [5, 5, 2];
  const ring = new Uint8Array(50);
  for (const [x, y] of [
    [1, 1],
    [2, 1],
    [3, 1],
    [1, 2],
    [3, 2],
    [1, 3],
    [2, 3],
    [3, 3],
  ])
    ring[25 + x + 5 * y] = 4;

  it('is the hole within a ring', () => {
    const hole = regionOf(ring, size, 'axial', [2, 2, 1]);
    expect(hole).toEqual({ indices: Uint32Array.of(25 + 12), touchesEdge: false });
  });

  it('reaches the edge outside of it', () => {
    const outside = regionOf(ring, size, 'axial', [0, 0, 1]);
    expect(outside.indices.length).toBe(16);
    expect(outside.touchesEdge).toBe(true);
  });

  it('is joined by sides, in every plane', () => {
    expect(regionOf(ring, size, 'axial', [1, 1, 1]).indices.length).toBe(8);
    expect([...regionOf(ring, size, 'sagittal', [1, 2, 1]).indices].toSorted()).toEqual([31, 36, 41]);
  });
});

describe('outlines', () => {
  it('go round a label with as few lines as possible', () => {
    const labels = Uint8Array.of(0, 0, 0, 0, /**/ 0, 3, 3, 0, /**/ 0, 0, 0, 0);
    const lines = outlinesOf(labels, 4, 3).get(3)!;
    const sides = Array.from({ length: lines.length / 4 }, (_, at) => lines.slice(4 * at, 4 * at + 4));
    expect(sides).toEqual([
      [1, 1, 3, 1],
      [1, 2, 3, 2],
      [1, 1, 1, 2],
      [3, 1, 3, 2],
    ]);
  });

  it('close at the edge of the slice, and part two labels', () => {
    const outlines = outlinesOf(Uint8Array.of(1, 2), 2, 1);
    expect(outlines.get(1)!.length / 4).toBe(4);
    expect(outlines.get(2)!.length / 4).toBe(4);
  });
});
