/** The catalogue through a window's verbs, with real files and a real site. */
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedWindow, openWindow } from '../../../tests/open-window.ts';
import { writePhantoms } from '../../../tests/phantom-site.ts';
import { testFolder } from '../../../tests/test-folder.ts';
import { dicomBytes, PATIENT } from '../../imaging/fixtures/dicom.ts';

const base = testFolder().path;

let window: OpenedWindow;
let sites = 0;
beforeEach(async () => {
  window = openWindow({ folder: join(base, `site-${++sites}`) });
  await window.ask('createSite', 'Hospital');
});
afterEach(() => window.workstation.close());

async function imported(paths: string[], labels: string[] = []) {
  const id = await window.ask('importVolumes', paths, labels);
  const { tasks } = await window.idle();
  return tasks.find((task) => task.id === id);
}

describe('importing', () => {
  it('shows progress, counts, and what was left out', async () => {
    const [folder] = await writePhantoms(join(base, 'untidy'), 0, 2);
    writeFileSync(join(folder, 'notes.txt'), 'not an image');
    rmSync(join(folder, 'labels', '1.nii.gz'));
    const task = await imported([folder]);
    expect(task).toMatchObject({ kind: 'import', title: 'untidy', state: 'finished', done: 2, total: 2, error: null });
    expect(task?.result).toMatchObject({ imported: 2, labelled: 1, known: 0, relabelled: 0 });
    expect(task?.result?.problems.map(({ name, code, notice }) => [name, code, notice])).toEqual([
      ['notes.txt', 'imaging.not-an-image', false],
      [join('images', '1.nii.gz'), 'imaging.label-missing', true],
    ]);
    await window.until(({ site }) => site?.volumes === 2 && site.labelled === 1);
    const volumes = await window.ask('listVolumes');
    expect(volumes.map(({ name, labelState, labels, isDicom }) => [name, labelState, labels, isDicom])).toEqual([
      ['0', 'labelled', [1, 2], false],
      ['1', 'none', [], false],
    ]);
    expect(volumes[0].bytes).toBeGreaterThan(100_000);

    expect((await imported([folder]))?.result).toMatchObject({ imported: 0, known: 2 });
    await window.ask('dismissTask', task?.id ?? '');
    expect(window.workstation.snapshot.tasks).toHaveLength(1);
  });

  it('stops where it is cancelled, and keeps what it has', async () => {
    const folder = await writePhantoms(join(base, 'many'), 0, 8);
    const id = await window.ask('importVolumes', folder, []);
    await window.until(({ tasks }) => tasks[0].words === 'reading volumes' && tasks[0].done >= 2);
    await window.ask('cancelTask', id);
    const { tasks } = await window.idle();
    expect(tasks[0]).toMatchObject({ state: 'cancelled', result: null, error: null });
    const kept = (await window.ask('listVolumes')).length;
    expect(kept).toBeGreaterThanOrEqual(2);
    expect(kept).toBeLessThan(8);
    await window.until(({ site }) => site?.volumes === kept);
  });

  it('remembers the files of a DICOM series in the order of its slices, and nothing of its patient', async () => {
    const folder = join(base, 'dicom');
    mkdirSync(folder);
    for (const [name, slice] of [
      ['a', 2],
      ['b', 0],
      ['c', 1],
    ] as const) {
      writeFileSync(join(folder, name), dicomBytes({ instance: `1.2.3.${slice}`, position: [0, 0, slice] }));
    }
    await imported([folder]);
    const [volume] = await window.ask('listVolumes');
    expect(volume).toMatchObject({ isDicom: true, source: folder, labelState: 'none' });
    const { site } = window.workstation;
    const record = site.folder.volumes.get(volume.id);
    expect(record.dicomFiles).toEqual(['b', 'c', 'a'].map((name) => join(folder, name)));
    expect(record.display).toEqual({ least: 0, most: 75, low: 0, high: 75 });
    expect(JSON.stringify([volume, record, window.events])).not.toContain(PATIENT.split('^')[0]);
  });

  it('says of a path that is not there that it is not', async () => {
    const task = await imported([join(base, 'nowhere')]);
    expect(task?.result?.problems.map(({ code }) => code)).toEqual(['imaging.missing']);
  });
});

describe('sample data', () => {
  it('makes twelve volumes, eight of them labelled, once, and leaves no files', async () => {
    await window.ask('importSampleData');
    const [task] = (await window.idle()).tasks;
    expect(task.result).toMatchObject({ imported: 12, labelled: 8 });
    const volumes = await window.ask('listVolumes');
    expect(volumes[0]).toMatchObject({ name: 'sample-01', source: 'sample data', labelState: 'labelled' });
    const { volumes: bytes, other } = (await window.ask('readStorage')).bytes;
    expect(bytes).toBeLessThan(8e6);
    expect(other).toBeGreaterThan(0);
    await window.ask('importSampleData');
    expect((await window.idle()).tasks.at(-1)?.result).toMatchObject({ imported: 0, known: 12 });
  });
});

describe('the catalogue', () => {
  it('renames and removes', async () => {
    await imported(await writePhantoms(join(base, 'two'), 0, 2));
    const [first, second] = await window.ask('listVolumes');
    await window.ask('renameVolume', first.id, '  Baseline ');
    expect((await window.ask('listVolumes'))[0].name).toBe('Baseline');
    const { folder } = window.workstation.site;
    folder.labelMaps.startDrawing(first.id, null, 'anna');
    await window.ask('removeVolumes', [first.id]);
    const left = readdirSync(join(folder.path, 'volumes'));
    expect(left.filter((name) => name.startsWith(first.id))).toEqual([]);
    expect(left.some((name) => name === `${second.id}.thumbnail.png`)).toBe(true);
    expect((await window.ask('listVolumes')).map(({ id }) => id)).toEqual([second.id]);
    await window.until(({ site }) => site?.volumes === 1);
    expect(await window.refused('removeVolumes', [first.id])).toBe('storage.no-such-volume');
    expect(await window.refused('renameVolume', first.id, 'Again')).toBe('storage.no-such-volume');
  });

  it.each([
    ['an empty name', 'renameVolume', ['0123', ' ']],
    ['an id that is a path', 'removeVolumes', [['../../site.sqlite']]],
    ['nothing to import', 'importVolumes', [[], []]],
    ['a number for a path', 'importVolumes', [[1], []]],
    ['one argument too many', 'listVolumes', ['all']],
  ])('is not asked with %s', async (_, verb, args) => {
    expect(await window.refused(verb, ...args)).toBe('site.arguments-unsound');
  });

  it('knows no other verbs', async () => {
    for (const verb of ['close', 'toString', '__proto__', '']) {
      expect(await window.refused(verb)).toBe('site.unknown-verb');
    }
  });
});

describe('folders', () => {
  it('are listed with folders first, in the order of their numbers, without hidden entries', async () => {
    const folder = join(base, 'listed');
    mkdirSync(join(folder, 'z'), { recursive: true });
    for (const name of ['slice10', 'slice2', '.hidden']) writeFileSync(join(folder, name), '12345');
    const listing = await window.ask('listFolder', folder);
    expect(listing).toMatchObject({ path: folder, parent: base, leftOut: 0 });
    expect(listing.entries.map(({ name, isFolder, bytes }) => [name, isFolder, bytes])).toEqual([
      ['z', true, 0],
      ['slice2', false, 5],
      ['slice10', false, 5],
    ]);
    expect((await window.ask('listFolder', '/')).parent).toBeNull();
  });

  it('are cut after 2000 entries', async () => {
    const folder = join(base, 'long');
    mkdirSync(folder);
    for (let index = 0; index < 2003; index++) writeFileSync(join(folder, `${index}`), '');
    const { entries, leftOut } = await window.ask('listFolder', folder);
    expect([entries.length, leftOut]).toEqual([2000, 3]);
  });

  it('say why they cannot be opened', async () => {
    const locked = join(base, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0);
    for (const folder of [join(base, 'nowhere'), ...(process.getuid?.() === 0 ? [] : [locked])]) {
      expect(await window.refused('listFolder', folder)).toBe('site.folder-unreadable');
    }
  });
});
