import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../../tests/test-folder.ts';
import { readLabelMap, writeLabelMap } from './files.ts';
import { dicomBytes, PATIENT } from './fixtures/dicom.ts';
import { niftiBytes } from './fixtures/nifti.ts';
import { distance, voxelToWorld } from './geometry.ts';
import { type ImportItem, type ImportProblem, type ScanEvent, scanSources } from './scan.ts';

const folder = testFolder();
const image = (number: number) =>
  niftiBytes({ values: Array.from({ length: 120 }, (_, index) => (index * number) % 31) });
const labels = (over = {}) =>
  niftiBytes({ datatype: 'uint8', values: Array.from({ length: 120 }, (_, index) => index % 3), ...over });

async function scan(paths: string[], labelPaths?: string[]) {
  const items: ImportItem[] = [];
  const problems: ImportProblem[] = [];
  const events: ScanEvent[] = [];
  const under = (names: string[]) => names.map((name) => join(folder.path, name));
  for await (const event of scanSources(under(paths), labelPaths && under(labelPaths))) {
    events.push(event);
    if (event.kind === 'item') items.push(event.item);
    if (event.kind === 'problem') problems.push(event.problem);
  }
  const pairs = items.map(({ name, labelPath }) => [name, labelPath?.slice(folder.path.length + 1)]);
  const codes = problems.map(({ path, code }) => [path.slice(folder.path.length + 1), code]);
  return { items, problems, events, pairs, codes };
}

describe('pairing', () => {
  it('follows images and labels folders, at any depth', async () => {
    for (const name of ['images/a.nii', 'images/deep/b.nii', 'labels/a.nii', 'labels/deep/b.nii']) {
      folder.write(join('pairs', name), name.startsWith('images') ? image(name.length) : labels());
    }
    const expected = [
      ['a', 'pairs/labels/a.nii'],
      ['b', 'pairs/labels/deep/b.nii'],
    ];
    const { pairs, codes, items } = await scan(['pairs']);
    expect(pairs).toEqual(expected);
    expect(codes).toEqual([]);
    expect([...(items[0].labels?.voxels ?? [])].slice(0, 6)).toEqual([0, 1, 2, 0, 1, 2]);
    expect((await scan(['pairs/images', 'pairs/labels'])).pairs).toEqual(expected);
    expect((await scan(['pairs/images'], ['pairs/labels'])).pairs).toEqual(expected);
    expect((await scan(['pairs/images/a.nii'], ['pairs/labels/a.nii'])).pairs).toEqual(expected.slice(0, 1));
  });

  it('follows suffixes in one folder and labels named by hand', async () => {
    ['x', 'y', 'z', 'w'].forEach((name, index) => {
      folder.write(`suffix/${name}.nii`, image(index + 2));
    });
    folder.write('suffix/x_seg.nii', labels());
    folder.write('suffix/y-label.nii', labels());
    folder.write('suffix/z_mask.nii', labels());
    folder.write('elsewhere/w.nii', labels());
    const { pairs } = await scan(['suffix'], ['elsewhere/w.nii']);
    expect(pairs).toEqual([
      ['w', 'elsewhere/w.nii'],
      ['x', 'suffix/x_seg.nii'],
      ['y', 'suffix/y-label.nii'],
      ['z', 'suffix/z_mask.nii'],
    ]);
  });

  it('finds the labels of a DICOM series by the name of its folder', async () => {
    for (let index = 0; index < 4; index++) {
      const position = [0, 0, index];
      folder.write(`series/images/case7/${(index * 3) % 4}`, dicomBytes({ instance: `1.${index}`, position }));
    }
    const { items } = await scan(['series']);
    expect(items.length).toBe(1);
    await writeLabelMap(folder.write('series/labels/case7.nii.gz', ''), {
      ...items[0].volume,
      voxels: new Uint8Array(items[0].volume.voxels.length).fill(2),
    });
    expect((await scan(['series'])).pairs).toEqual([['case7, 4 slices', 'series/labels/case7.nii.gz']]);
  });

  it('reports what does not fit together, and imports the rest', async () => {
    folder.write('loose/images/alone.nii', image(3));
    folder.write('loose/images/moved.nii', image(4));
    folder.write('loose/images/floats.nii', image(5));
    folder.write('loose/images/twice.nii', image(6));
    folder.write('loose/images/broken.nii', '');
    folder.write('loose/labels/moved.nii', labels({ pixdim: [1, 1, 2] }));
    folder.write('loose/labels/floats.nii', niftiBytes({ datatype: 'float32', values: Array(120).fill(0.5) }));
    folder.write('loose/labels/twice.nii', labels());
    folder.write('loose/labels/twice_seg.nii', labels());
    folder.write('loose/labels/nobody.nii', labels());
    folder.write('loose/labels/broken.nii', labels());
    const { pairs, codes, problems } = await scan(['loose']);
    expect(pairs).toEqual([
      ['alone', undefined],
      ['floats', undefined],
      ['moved', undefined],
      ['twice', 'loose/labels/twice.nii'],
    ]);
    expect(codes.toSorted()).toEqual([
      ['loose/images/alone.nii', 'imaging.label-missing'],
      ['loose/images/broken.nii', 'imaging.empty'],
      ['loose/labels/broken.nii', 'imaging.image-missing'],
      ['loose/labels/floats.nii', 'imaging.label-not-integer'],
      ['loose/labels/moved.nii', 'imaging.label-other-grid'],
      ['loose/labels/nobody.nii', 'imaging.image-missing'],
      ['loose/labels/twice_seg.nii', 'imaging.label-surplus'],
    ]);
    expect(problems.filter(({ notice }) => notice).map(({ code }) => code)).toEqual(['imaging.label-missing']);
    for (const { message, next } of problems) expect(`${message} ${next}`).not.toMatch(/\{\w+\}/);
  });

  it('does not guess between images of one name', async () => {
    folder.write('same/a/t1.nii', image(7));
    folder.write('same/b/t1.nii', image(8));
    folder.write('given/t1.nii', labels());
    const { pairs, codes } = await scan(['same'], ['given']);
    expect(pairs).toEqual([
      ['a/t1', undefined],
      ['b/t1', undefined],
    ]);
    expect(codes[0]).toEqual(['given/t1.nii', 'imaging.label-ambiguous']);
  });
});

describe('finding', () => {
  it('reports other files and missing paths, and knows voxels that lie beside a header', async () => {
    folder.write('other/readme.txt', 'hello');
    folder.write('other/.DS_Store', 'x');
    folder.write('other/image.raw', Buffer.from(Array.from({ length: 24 }, (_, index) => index)));
    folder.write(
      'other/image.mhd',
      'ObjectType = Image\nNDims = 3\nDimSize = 2 3 4\nElementSpacing = 1 1 1\nElementType = MET_UCHAR\nElementDataFile = image.raw\n',
    );
    const { pairs, codes } = await scan(['other', 'nowhere']);
    expect(pairs).toEqual([['image', undefined]]);
    expect(codes).toEqual([
      ['nowhere', 'imaging.missing'],
      ['other/.DS_Store', 'imaging.not-an-image'],
      ['other/readme.txt', 'imaging.not-an-image'],
      ['other/image.mhd', 'imaging.label-missing'],
    ]);
  });

  it('takes an image once, however often it is there', async () => {
    folder.write('again/a.nii', image(9));
    folder.write('again/b.nii', image(9));
    mkdirSync(join(folder.path, 'again', 'in'));
    symlinkSync(join(folder.path, 'again'), join(folder.path, 'again', 'in', 'loop'));
    const { pairs, codes } = await scan(['again', 'again/a.nii', 'again']);
    expect(pairs).toEqual([['a', undefined]]);
    expect(codes).toEqual([
      ['again/a.nii', 'imaging.label-missing'],
      ['again/b.nii', 'imaging.duplicate'],
    ]);
  });

  it('reports progress up to the end', async () => {
    const { events } = await scan(['pairs']);
    const progress = events.filter((event) => event.kind === 'progress');
    const reading = progress.filter(({ phase }) => phase === 'reading');
    expect(reading.map(({ done, total }) => `${done}/${total}`)).toEqual(['0/2', '1/2', '2/2']);
    expect(progress.filter(({ phase }) => phase === 'finding').length).toBe(4);
  });

  it('stops when told', async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const run = async () => {
      for await (const event of scanSources([join(folder.path, 'pairs')], [], stop.signal)) {
        if (event.kind !== 'item') continue;
        seen.push(event.item.name);
        stop.abort(new Error('enough'));
      }
    };
    await expect(run()).rejects.toThrow('enough');
    expect(seen).toEqual(['a']);
  });

  it('tells nothing of a DICOM patient', async () => {
    for (let index = 0; index < 3; index++) {
      folder.write(
        `private/${index}`,
        dicomBytes({ series: '7.1', instance: `7.1.${index}`, position: [0, 0, index] }),
      );
      folder.write(
        `private/gap-${index}`,
        dicomBytes({ series: '7.2', instance: `7.2.${index}`, position: [0, 0, index ** 2] }),
      );
    }
    const { events, items } = await scan(['private']);
    expect(items.length).toBe(1);
    const told = JSON.stringify(events, (key, value) => (key === 'voxels' ? undefined : value));
    expect(told).toContain('imaging.dicom-missing-slices');
    expect(told).not.toMatch(new RegExp(`${PATIENT.split('^').join('|')}|INVENTED|1970|7\\.1`));
  });
});

const shared = resolve(import.meta.dirname, '../../../shared/data');

describe.runIf(existsSync(join(shared, 'untidy')))('real folders', () => {
  it('are imported as far as they can be, and every refusal is named', async () => {
    const items: ImportItem[] = [];
    const told: unknown[] = [];
    const problems = new Map<string, string>();
    const seen = new Set<string>();
    for await (const event of scanSources([join(shared, 'untidy'), join(shared, 'dicom')])) {
      if (event.kind === 'item') {
        items.push(event.item);
        told.push({ ...event.item, volume: event.item.volume.grid });
      }
      if (event.kind !== 'problem') continue;
      told.push(event.problem);
      seen.add(event.problem.path);
      if (!event.problem.notice) problems.set(event.problem.path.slice(shared.length + 1), event.problem.code);
    }
    expect(Object.fromEntries(problems)).toMatchObject({
      'untidy/constant.nii.gz': 'imaging.constant',
      'untidy/empty.nii': 'imaging.empty',
      'untidy/four-dimensional.nii.gz': 'imaging.four-dimensional',
      'untidy/not-finite.nii.gz': 'imaging.not-finite',
      'untidy/notes.nii.gz': 'imaging.not-an-image',
      'untidy/truncated.nii.gz': 'imaging.truncated',
    });
    expect(items.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['hippocampus_118', 'permuted-axes', '12-T1post-05670, 22 slices']),
    );
    expect(JSON.stringify(told)).not.toMatch(/Avasarala|Chrisjen|Thanos|Inevitable/i);

    // Each comes back to its own grid from a written segmentation.
    for (const { volume, name } of items) {
      const drawn = { ...volume, voxels: Uint8Array.from(volume.voxels, (_, index) => index % 3) };
      const file = join(folder.path, `${name}.nii.gz`);
      await writeLabelMap(file, drawn);
      const back = await readLabelMap(file);
      expect(back.sourceGrid.size, name).toEqual(volume.sourceGrid.size);
      const last = volume.sourceGrid.size.map((size) => size - 1) as [number, number, number];
      for (const voxel of [[0, 0, 0], last, [last[0], 0, 0], [0, last[1], 0], [0, 0, last[2]]] as const) {
        const [there, here] = [back.sourceGrid, volume.sourceGrid].map((grid) => voxelToWorld(grid, [...voxel]));
        expect(distance(there, here), name).toBeLessThan(1e-4);
      }
      expect(
        back.voxels.every((label, index) => label === drawn.voxels[index]),
        name,
      ).toBe(true);
    }
  });
});
