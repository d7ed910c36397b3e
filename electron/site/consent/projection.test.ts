import { describe, expect, it } from 'vitest';
import type { FeatureBatch } from '../../../shared/features.ts';
import { projectBatch } from './projection.ts';

function batchOf(rows: number[][]): FeatureBatch {
  const partitions = Uint8Array.from(rows, (_, i) => i % 4);
  return { count: rows.length, length: rows[0].length, vectors: Float32Array.from(rows.flat()), partitions };
}

describe('projectBatch', () => {
  it('finds the plane in which points were laid', () => {
    // Points of a 4 x 2 cross in the plane of two perpendicular directions of 6-space, away from the origin.
    const u = [0.5, 0.5, 0.5, 0.5, 0, 0];
    const v = [0.6, -0.3, -0.3, 0, Math.sqrt(0.46), 0];
    const laid = [
      [4, 0],
      [-4, 0],
      [0, 2],
      [0, -2],
      [2, 0],
      [-2, 0],
      [0, 1],
      [0, -1],
    ];
    const batch = batchOf(laid.map(([a, b]) => u.map((_, i) => 3 + a * u[i] + b * v[i])));
    const points = projectBatch(batch);
    for (const [i, [a, b]] of laid.entries()) {
      expect(points[i].x).toBeCloseTo(a / 4, 5);
      expect(points[i].y).toBeCloseTo(b / 4, 5);
      expect(points[i].partition).toBe(i % 4);
    }
  });

  it('keeps as much variance as the exact eigenvalues of a covariance say', () => {
    // Independent columns of variances 9, 4 and 1 (values +-3, +-2, +-1 in all eight combinations).
    const rows = [...Array(8).keys()].map((i) => [i & 1 ? 3 : -3, i & 2 ? 2 : -2, i & 4 ? 1 : -1]);
    const points = projectBatch(batchOf(rows));
    expect(points.map(({ x }) => Math.round(x * 3))).toEqual(rows.map(([a]) => a));
    expect(points.map(({ y }) => Math.round(y * 3))).toEqual(rows.map(([, b]) => b));
  });

  it('gives the same points for the same batch, and none beyond 1', () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      Array.from({ length: 128 }, (_, j) => Math.sin(i * 12.9898 + j * 78.233)),
    );
    const points = projectBatch(batchOf(rows));
    expect(projectBatch(batchOf(rows))).toEqual(points);
    const reach = Math.max(...points.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)]));
    expect(reach).toBeCloseTo(1, 12);
  });

  it('lays vectors that do not differ on one point, and those on a line on a line', () => {
    expect(
      projectBatch(
        batchOf([
          [0.6, 0.8],
          [0.6, 0.8],
        ]),
      ).map(({ x, y }) => [x, y]),
    ).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const line = projectBatch(
      batchOf([
        [0, 0, 1],
        [1, 0, 1],
        [2, 0, 1],
      ]),
    );
    expect(line.map(({ x, y }) => [x, y])).toEqual([
      [-1, 0],
      [0, 0],
      [1, 0],
    ]);
    expect(projectBatch(batchOf([[1, 0]]))).toEqual([{ x: 0, y: 0, partition: 0 }]);
  });
});
