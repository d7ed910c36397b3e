import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentHash } from '../../shared/content-hash.ts';
import { decodeSafetensors, encodeSafetensors } from '../../shared/safetensors.ts';
import type { Grid, Volume } from '../../shared/volume.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { readLabelFile, readVolume, writeLabelFile, writeVolume } from './volume-file.ts';

const folder = testFolder().path;
const c = Math.cos(0.3);
const s = Math.sin(0.3);
const grid: Grid = {
  size: [4, 3, 2],
  spacing: [0.7, 1, 2.5],
  origin: [-1.25, 3, 0.1],
  direction: [c, -s, 0, s, c, 0, 0, 0, 1],
};
const sourceGrid: Grid = { ...grid, direction: [-c, s, 0, -s, -c, 0, 0, 0, 1], origin: [9, 9, 9] };
const volumeOf = (value: (i: number) => number): Volume => ({
  grid,
  sourceGrid,
  voxels: Float32Array.from({ length: 24 }, (_, i) => value(i)),
});

describe('volume files', () => {
  it.each([
    ['uint8', (i: number) => 10 * i, Uint8Array],
    ['int16', (i: number) => 100 * i - 1024, Int16Array],
    ['uint16', (i: number) => 2700 * i, Uint16Array],
    ['float32 for fractions', (i: number) => i / 3, Float32Array],
    ['float32 for a large range', (i: number) => (i - 1) * 40_000, Float32Array],
    ['float32 for what is no number', (i: number) => (i === 5 ? Number.NaN : i), Float32Array],
  ])('keeps every number, stored as %s', (_, value, Stored) => {
    const file = join(folder, 'v.safetensors');
    const volume = volumeOf(value);
    writeVolume(file, volume);
    expect(readVolume(file)).toEqual(volume);
    const { tensors } = decodeSafetensors(readFileSync(file), file);
    expect(tensors.voxels.data).toBeInstanceOf(Stored);
    expect(tensors.voxels.shape).toEqual([2, 3, 4]); // x fastest
  });

  it('keeps label maps', () => {
    const file = join(folder, 'l.safetensors');
    const labels = { grid, sourceGrid, voxels: Uint8Array.from({ length: 24 }, (_, i) => (i === 3 ? 255 : i % 3)) };
    writeLabelFile(file, labels);
    expect(readLabelFile(file)).toEqual(labels);
  });

  it('refuses one for the other, and other tensors', () => {
    const file = join(folder, 'x.safetensors');
    writeVolume(
      file,
      volumeOf((i) => i),
    );
    expect(() => readLabelFile(file)).toThrow(expect.objectContaining({ code: 'storage.not-a-volume' }));
    writeFileAtomic(file, encodeSafetensors({ voxels: { shape: [1], data: Float32Array.of(1) } }));
    expect(() => readVolume(file)).toThrow(expect.objectContaining({ code: 'storage.not-a-volume' }));
  });

  it.each([
    ['another size', { ...grid, size: [4, 3, 3] }],
    ['axes in another order', { ...grid, size: [2, 3, 4] }],
    ['no spacing', { ...grid, spacing: [0, 1, 1] }],
    ['a short direction', { ...grid, direction: [1, 0, 0] }],
    ['more than a grid', { ...grid, patient: 'X' }],
  ])('refuses a grid with %s', (_, wrong) => {
    const file = join(folder, 'g.safetensors');
    const metadata = { contents: 'volume', grids: JSON.stringify({ grid: wrong, sourceGrid }) };
    writeFileAtomic(file, encodeSafetensors({ voxels: { shape: [2, 3, 4], data: new Float32Array(24) } }, metadata));
    expect(() => readVolume(file)).toThrow(expect.objectContaining({ code: 'storage.not-a-volume' }));
  });

  it('refuses a file cut at any length', () => {
    const file = join(folder, 'cut.safetensors');
    writeVolume(
      file,
      volumeOf((i) => i),
    );
    const whole = readFileSync(file);
    for (let length = 0; length < whole.length; length += 7) {
      writeFileAtomic(file, whole.subarray(0, length), { durable: false });
      expect(() => readVolume(file)).toThrow(expect.objectContaining({ code: 'storage.safetensors-broken' }));
    }
  });

  it('takes one byte a voxel where that is enough', () => {
    const file = join(folder, 'small.safetensors');
    const big: Grid = { ...grid, size: [40, 40, 40] };
    writeVolume(file, { grid: big, sourceGrid: big, voxels: new Float32Array(64_000).fill(7) });
    expect(statSync(file).size).toBeLessThan(64_000 + 1024);
  });
});

describe('contentHash', () => {
  it('follows the image and its grid, not the grid of the file', () => {
    const volume = volumeOf((i) => i);
    expect(contentHash({ ...volume, sourceGrid: grid })).toBe(contentHash(volume));
    expect(contentHash(volumeOf((i) => (i === 23 ? 0 : i)))).not.toBe(contentHash(volume));
    expect(contentHash({ ...volume, grid: { ...grid, spacing: [0.7, 1, 2.6] } })).not.toBe(contentHash(volume));
  });
});
