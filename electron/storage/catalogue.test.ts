import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { contentHash } from '../../shared/content-hash.ts';
import type { Grid, LabelMap, Volume } from '../../shared/volume.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { createSite } from './site-folder.ts';
import { readLabelFile, readVolume } from './volume-file.ts';

const grid: Grid = { size: [2, 3, 2], spacing: [1, 0.5, 2], origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
const sourceGrid: Grid = { ...grid, direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] };
const volume = (value: number): Volume => ({ grid, sourceGrid, voxels: new Float32Array(12).fill(value) });
const labels: LabelMap = { grid, sourceGrid, voxels: Uint8Array.of(0, 7, 2, 2, 0, 0, 7, 0, 0, 0, 0, 255) };
const site = () => createSite(testFolder().path, 'A');

describe('Catalogue', () => {
  it('lists volumes in the order of import, with their grids and files', () => {
    const { volumes } = site();
    const series = { Modality: 'MR', SeriesNumber: 3 };
    const first = volumes.add(volume(1), { name: 'b.nii.gz', source: '/data/b.nii.gz', series });
    const second = volumes.add(volume(2), { name: 'a.nii.gz', source: '/data/a.nii.gz' });
    expect(volumes.list()).toEqual([first, second]);
    expect(first).toMatchObject({ name: 'b.nii.gz', source: '/data/b.nii.gz', series, grid, sourceGrid, labels: null });
    expect(new Date(first.importedAt).toISOString()).toBe(first.importedAt);
    expect(readVolume(second.imageFile)).toEqual(volume(2));
    expect(existsSync(first.labelFile)).toBe(false);
  });

  it('keeps names and paths out of files and their names', () => {
    const { volumes } = site();
    const { id, imageFile } = volumes.add(volume(1), { name: 'Meier^Anna', source: '/data/Meier/1.dcm' });
    expect(readFileSync(imageFile, 'latin1')).not.toMatch(/Meier|Anna|dcm/);
    expect(id).toMatch(/^[0-9a-f]{16}$/);
  });

  it('finds the same image under another name', () => {
    const { volumes } = site();
    const first = volumes.add(volume(1), { name: 'a', source: '/a' });
    expect(volumes.duplicatesOf(contentHash(volume(1)))).toEqual([first]);
    expect(volumes.duplicatesOf(contentHash(volume(2)))).toEqual([]);
  });

  it('attaches a label map and replaces it', () => {
    const { volumes } = site();
    const { id } = volumes.add(volume(1), { name: 'a', source: '/a' });
    const record = volumes.attachLabels(id, labels, '/labels/a');
    expect(record).toMatchObject({ labels: [2, 7, 255], labelSource: '/labels/a' });
    expect(readLabelFile(record.labelFile)).toEqual(labels);
    const empty = { ...labels, voxels: new Uint8Array(12) };
    expect(volumes.attachLabels(id, empty, '/labels/b')).toMatchObject({ labels: [], labelSource: '/labels/b' });
  });

  it('refuses labels of another size and of an unknown volume', () => {
    const { volumes } = site();
    const { id } = volumes.add(volume(1), { name: 'a', source: '/a' });
    const turned: LabelMap = { ...labels, grid: { ...grid, size: [3, 2, 2] } };
    expect(() => volumes.attachLabels(id, turned, '/l')).toThrow(
      expect.objectContaining({
        code: 'storage.labels-do-not-fit',
        details: { id, labelSize: '3 x 2 x 2', volumeSize: '2 x 3 x 2' },
      }),
    );
    expect(volumes.get(id).labels).toBeNull();
    expect(() => volumes.attachLabels('none', labels, '/l')).toThrow(
      expect.objectContaining({ code: 'storage.no-such-volume' }),
    );
  });

  it('removes a volume with its files', () => {
    const { volumes } = site();
    const { id } = volumes.add(volume(1), { name: 'a', source: '/a' });
    const { imageFile, labelFile } = volumes.attachLabels(id, labels, '/l');
    volumes.remove(id);
    expect([existsSync(imageFile), existsSync(labelFile), volumes.list()]).toEqual([false, false, []]);
    expect(() => volumes.remove(id)).toThrow(expect.objectContaining({ code: 'storage.no-such-volume' }));
  });

  it('leaves no row where the file cannot be written', () => {
    const { volumes, path } = site();
    rmSync(join(path, 'volumes'), { recursive: true });
    expect(() => volumes.add(volume(1), { name: 'a', source: '/a' })).toThrow(
      expect.objectContaining({ code: 'storage.not-writable' }),
    );
    expect(volumes.list()).toEqual([]);
  });

  it('does not believe a column that was changed to something else', () => {
    const { volumes, path } = site();
    volumes.add(volume(1), { name: 'a', source: '/a' });
    new Sqlite(join(path, 'site.sqlite')).prepare("UPDATE volumes SET grid = '{}'").run();
    expect(() => volumes.list()).toThrow(expect.objectContaining({ code: 'storage.database-broken' }));
  });
});
