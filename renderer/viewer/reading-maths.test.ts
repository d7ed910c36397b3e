/** Slices, windows and bands: what reading a volume is made of. */
import { describe, expect, it } from 'vitest';
import type { Vector3 } from '../../shared/volume.ts';
import { bandAt, bandsOf } from './bands.ts';
import { SliceSource } from './slice-source.ts';
import { dragWindow, presetsOf, soundWindow } from './window-level.ts';

describe('bands', () => {
  it('give every slice one partition', () => {
    for (const [slices, partitions] of [
      [36, 4],
      [22, 4],
      [3, 4],
      [1, 4],
      [200, 7],
    ]) {
      const bands = bandsOf(slices, partitions);
      expect(bands[0].first).toBe(0);
      expect(bands.at(-1)!.end).toBe(slices);
      for (let at = 1; at < bands.length; at++) expect(bands[at].first).toBe(bands[at - 1].end);
    }
    expect(bandsOf(22, 4).map(({ end }) => end)).toEqual([5, 11, 16, 22]);
    expect(bandAt(bandsOf(22, 4), 5)?.partition).toBe(1);
  });
});

describe('a slice source', () => {
  const grid = { size: [2, 3, 4] as Vector3, spacing: [1, 1, 1] as Vector3 };
  const voxels = Int16Array.from({ length: 24 }, (_, index) => index);

  it('views an axial slice without a copy', () => {
    const slice = new SliceSource(voxels, grid, 'axial').read(1);
    expect([...slice]).toEqual([6, 7, 8, 9, 10, 11]);
    expect(slice.buffer).toBe(voxels.buffer);
  });

  it('gathers the other planes into one buffer', () => {
    const coronal = new SliceSource(voxels, grid, 'coronal');
    expect([...coronal.read(2)]).toEqual([4, 5, 10, 11, 16, 17, 22, 23]);
    const sagittal = new SliceSource(voxels, grid, 'sagittal');
    const first = sagittal.read(1);
    expect([...first]).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23]);
    expect(sagittal.read(0)).toBe(first);
  });

  it('shades values that are no whole numbers', () => {
    const source = new SliceSource(
      Float32Array.of(-1, 0, 0.5, 1, 2, 0),
      { size: [6, 1, 1], spacing: [1, 1, 1] },
      'axial',
    );
    expect([...source.shades(0, { low: 0, high: 1 })]).toEqual([0, 0, 128, 255, 255, 0]);
  });
});

describe('windows', () => {
  const ct = { least: -1024, most: 3071, window: { low: -1000, high: 400 } };

  it('offer those of CT only for what looks like CT', () => {
    expect(presetsOf(ct).map(({ name }) => name)).toEqual(['auto', 'full', 'brain', 'softTissue', 'lung', 'bone']);
    expect(presetsOf({ ...ct, least: 0 }).map(({ name }) => name)).toEqual(['auto', 'full']);
  });

  it('are never empty', () => {
    const constant = { least: 7, most: 7 };
    const { low, high } = soundWindow({ low: 7, high: 7 }, constant);
    expect(high).toBeGreaterThan(low);
    const narrow = dragWindow({ low: 0, high: 10 }, { x: -1e9, y: 0 }, ct);
    expect(narrow.high).toBeGreaterThan(narrow.low);
  });

  it('widen to the right and brighten upwards', () => {
    const wide = dragWindow({ low: 0, high: 100 }, { x: 10, y: 0 }, ct);
    expect(wide.high - wide.low).toBeGreaterThan(100);
    const bright = dragWindow({ low: 0, high: 100 }, { x: 0, y: -10 }, ct);
    expect(bright.low).toBeLessThan(0);
  });
});
