import { spawnSync } from 'node:child_process';
import { on } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Grid, LabelMap, Vector3, Volume } from '../../shared/volume.ts';
import { testFolder, workIn } from '../../tests/test-folder.ts';
import { readImage, readLabelMap, writeImage, writeLabelMap } from './files.ts';
import { dicomBytes, PATIENT } from './fixtures/dicom.ts';
import { niftiBytes } from './fixtures/nifti.ts';
import { distance, voxelToWorld } from './geometry.ts';
import { orientToRas } from './orientation.ts';

const folder = testFolder();
const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
const grids: Record<string, Grid> = {
  plain: { size: [7, 6, 5], spacing: [1, 1, 1], origin: [3, -4, 5], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
  flipped: { size: [7, 6, 5], spacing: [0.5, 2, 3.3], origin: [90, 80, -70], direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] },
  permuted: { size: [5, 8, 4], spacing: [1.1, 1.2, 0.9], origin: [-10, 5, 3], direction: [0, 0, 1, -1, 0, 0, 0, 1, 0] },
  oblique: {
    size: [9, 4, 6],
    spacing: [0.4297, 6.5, 0.4297],
    origin: [-106.109, 186.371, -42.7965],
    direction: [c, 0, -s, -s * c, s, -c * c, s * s, c, s * c],
  },
};

/** Largest distance between the corners of two grids, in mm. */
function apart(a: Grid, b: Grid): number {
  expect(a.size).toEqual(b.size);
  const corners = Array.from({ length: 8 }, (_, corner) =>
    a.size.map((size, axis) => (corner & (1 << axis) ? size - 1 : 0)),
  ) as Vector3[];
  return Math.max(...corners.map((corner) => distance(voxelToWorld(a, corner), voxelToWorld(b, corner))));
}

function labelsOn(grid: Grid): LabelMap {
  const count = grid.size[0] * grid.size[1] * grid.size[2];
  return orientToRas(
    grid,
    Uint8Array.from({ length: count }, (_, index) => (index * index) % 5),
  );
}

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'read',
    (error) => error.code,
  ) as Promise<ErrorCode | 'read'>;

describe('reading and writing', () => {
  for (const ending of ['.nii', '.nii.gz', '.nrrd', '.mha']) {
    it(`bring labels back to the source grid to 1e-4 mm in ${ending}`, async () => {
      for (const [name, grid] of Object.entries(grids)) {
        const labels = labelsOn(grid);
        const file = join(folder.path, `${name}${ending}`);
        await writeLabelMap(file, labels);
        const back = await readLabelMap(file);
        expect(apart(back.sourceGrid, grid)).toBeLessThan(1e-4);
        expect(apart(back.grid, labels.grid)).toBeLessThan(1e-4);
        back.sourceGrid.spacing.forEach((value, axis) => {
          expect(value).toBeCloseTo(grid.spacing[axis], 5);
        });
        back.sourceGrid.direction.forEach((value, index) => {
          expect(value).toBeCloseTo(grid.direction[index], 5);
        });
        expect(back.voxels).toEqual(labels.voxels);
      }
      expect(readdirSync(folder.path).filter((name) => name.includes('.part'))).toEqual([]);
    });
  }

  it('take paths that are relative to the working folder', async () => {
    workIn(folder.path);
    const labels = labelsOn(grids.plain);
    await writeLabelMap('relative-labels.nrrd', labels);
    expect((await readLabelMap('relative-labels.nrrd')).voxels).toEqual(labels.voxels);
    const voxels = Float32Array.from({ length: 210 }, (_, index) => index);
    await writeImage('relative.nii.gz', { grid: grids.plain, voxels });
    expect((await readImage('relative.nii.gz')).voxels).toEqual(voxels);
  });

  it('keep float images to the last bit, and take a view of a larger array for what it is', async () => {
    const all = Float32Array.from({ length: 220 }, (_, index) => Math.sin(index) * 10 ** (index % 7));
    const volume: Volume = { grid: grids.plain, sourceGrid: grids.plain, voxels: all.subarray(10) };
    for (const ending of ['.nii.gz', '.nrrd', '.mha']) {
      const file = join(folder.path, `image${ending}`);
      await writeImage(file, volume);
      expect((await readImage(file)).voxels).toEqual(all.slice(10));
    }
  });

  it('carry no text of the source into the written file', async () => {
    const file = folder.write('described.nii', niftiBytes({ description: 'Jane Doe 1970-01-02', datatype: 'uint8' }));
    const labels = await readLabelMap(file);
    for (const ending of ['.nii.gz', '.nrrd', '.mha']) {
      const out = join(folder.path, `anonymous${ending}`);
      await writeLabelMap(out, labels);
      const bytes = readFileSync(out);
      expect((ending === '.nii.gz' ? gunzipSync(bytes) : bytes).toString('latin1')).not.toMatch(/Jane|1970|described/);
    }
  });

  it('refuse a name of unknown ending and a folder that is not there, and leave nothing behind', async () => {
    const labels = labelsOn(grids.plain);
    expect(await refusal(writeLabelMap(join(folder.path, 'a.txt'), labels))).toBe('imaging.unknown-format');
    expect(await refusal(writeLabelMap(join(folder.path, 'none', 'a.nii'), labels))).toBe('imaging.not-written');
    expect(existsSync(join(folder.path, 'none'))).toBe(false);
  });
});

const nrrd = (...fields: string[]) =>
  Buffer.concat([
    Buffer.from(['NRRD0004', 'type: uint8', 'encoding: raw', 'endian: little', ...fields, '', ''].join('\n')),
    Buffer.from(Uint8Array.from({ length: 24 }, (_, index) => index)),
  ]);
const soundNrrd = ['dimension: 3', 'sizes: 2 3 4', 'space: left-posterior-superior', 'space origin: (1,2,3)'];
const meta = (...fields: string[]) =>
  Buffer.concat([
    Buffer.from(
      ['ObjectType = Image', 'NDims = 3', ...fields, 'ElementType = MET_UCHAR', 'ElementDataFile = LOCAL', ''].join(
        '\n',
      ),
    ),
    Buffer.from(Uint8Array.from({ length: 24 }, (_, index) => index)),
  ]);

describe('kinds of files', () => {
  it('are told by content where the name lies or is missing', async () => {
    const nifti = niftiBytes();
    const [plain] = [await readImage(folder.write('kind/right.nii', nifti))];
    for (const [name, content] of [
      ['kind/zipped.nii', gzipSync(nifti)],
      ['kind/unzipped.nii.gz', nifti],
      ['kind/upper.NII', nifti],
      ['kind/wrong.nrrd', nifti],
      ['kind/none', nifti],
    ] as const) {
      expect(await readImage(folder.write(name, content)), name).toEqual(plain);
    }
    const directions = 'space directions: (1,0,0) (0,1,0) (0,0,2)';
    const volume = await readImage(folder.write('kind/nrrd.nii.gz', nrrd(...soundNrrd, directions)));
    expect(volume.sourceGrid).toEqual({
      size: [2, 3, 4],
      spacing: [1, 1, 2],
      origin: [-1, -2, 3],
      direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
    });
    expect(volume.grid.origin).toEqual([-2, -4, 3]);
    const mha = await readImage(
      folder.write('kind/mha', meta('DimSize = 2 3 4', 'ElementSpacing = 1 1 2', 'Offset = 1 2 3')),
    );
    expect(mha).toEqual(volume);
  });

  it('may keep their voxels in a file beside them', async () => {
    const voxels = Buffer.from(Uint8Array.from({ length: 24 }, (_, index) => index));
    folder.write('beside/voxels.raw', voxels);
    const header = nrrd(...soundNrrd, 'space directions: (1,0,0) (0,1,0) (0,0,2)', 'data file: voxels.raw').subarray(
      0,
      -24,
    );
    const mhd =
      'ObjectType = Image\nNDims = 3\nDimSize = 2 3 4\nElementSpacing = 1 1 2\nElementType = MET_UCHAR\nElementDataFile = voxels.raw\n';
    for (const file of [folder.write('beside/a.nhdr', header), folder.write('beside/a.mhd', mhd)]) {
      const { sourceGrid, voxels: read } = await readImage(file);
      expect(sourceGrid.spacing).toEqual([1, 1, 2]);
      expect(read.toSorted()).toEqual(Float32Array.from(voxels));
    }
    folder.write('beside/short.raw', voxels.subarray(9));
    expect(await refusal(readImage(folder.write('beside/short.mhd', mhd.replace('voxels', 'short'))))).toBe(
      'imaging.truncated',
    );
    const short = header.toString().replace('voxels', 'short');
    expect(await refusal(readImage(folder.write('beside/short.nhdr', short)))).toBe('imaging.truncated');
    expect(await refusal(readImage(folder.write('beside/alone.mhd', mhd.replace('voxels', 'none'))))).toBe(
      'imaging.truncated',
    );
  });

  it('of one voxel along a fourth axis are volumes', async () => {
    const { grid } = await readImage(folder.write('one-time.nii', niftiBytes({ size: [6, 5, 4, 1] })));
    expect(grid.size).toEqual([6, 5, 4]);
  });
});

describe('refusals', () => {
  const nifti = niftiBytes();
  const floats = (values: number[]) => niftiBytes({ datatype: 'float32', values });
  const sheared = [1, 0.5, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
  const cases: [ErrorCode, string, Buffer | string][] = [
    ['imaging.empty', 'empty.nii', ''],
    ['imaging.not-an-image', 'text.nii.gz', 'not an image'],
    ['imaging.not-an-image', 'picture.nii', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13])],
    ['imaging.not-an-image', 'zip.nii.gz', gzipSync('not an image')],
    ['imaging.truncated', 'header-only.nii', nifti.subarray(0, 200)],
    ['imaging.truncated', 'one-byte-short.nii', nifti.subarray(0, -1)],
    ['imaging.truncated', 'short.nii.gz', gzipSync(nifti).subarray(0, -20)],
    ['imaging.truncated', 'short-inside.nii.gz', gzipSync(nifti.subarray(0, -1))],
    ['imaging.truncated', 'short.nrrd', nrrd(...soundNrrd, 'spacings: 1 1 1').subarray(0, -1)],
    ['imaging.truncated', 'short.mha', meta('DimSize = 2 3 4', 'ElementSpacing = 1 1 2').subarray(0, -1)],
    ['imaging.truncated', 'huge.nrrd', nrrd('dimension: 3', 'sizes: 3000 3000 3000', 'spacings: 1 1 1')],
    ['imaging.four-dimensional', 'time.nii', niftiBytes({ size: [6, 5, 4, 3] })],
    ['imaging.four-dimensional', 'time.nrrd', nrrd('dimension: 4', 'sizes: 2 3 2 2', 'spacings: 1 1 1 1')],
    ['imaging.colour', 'colour.nii', niftiBytes({ datatype: 'rgb', values: [] })],
    ['imaging.colour', 'vectors.nii', niftiBytes({ size: [6, 5, 4, 1, 3] })],
    [
      'imaging.colour',
      'colour.nrrd',
      nrrd('dimension: 4', 'sizes: 3 2 2 2', 'kinds: RGB-color domain domain domain', 'spacings: nan 1 1 1'),
    ],
    ['imaging.colour', 'colour.mha', meta('DimSize = 2 2 2', 'ElementSpacing = 1 1 1', 'ElementNumberOfChannels = 3')],
    ['imaging.two-dimensional', 'flat.nii', niftiBytes({ size: [6, 5, 1] })],
    ['imaging.two-dimensional', 'plane.nii', niftiBytes({ size: [6, 5] })],
    ['imaging.not-finite', 'nan.nii', floats([Number.NaN, ...Array(119).fill(1).fill(2, 50)])],
    ['imaging.not-finite', 'infinite.nii', floats([...Array(119).fill(1), Number.NEGATIVE_INFINITY])],
    ['imaging.not-finite', 'nan.nii.gz', gzipSync(floats([...Array(119).fill(1), Number.NaN]))],
    ['imaging.no-spacing', 'zero.nii', niftiBytes({ pixdim: [1, 0, 1] })],
    ['imaging.no-spacing', 'nan-spacing.nii', niftiBytes({ pixdim: [1, Number.NaN, 1] })],
    ['imaging.no-spacing', 'zero-qform.nii', niftiBytes({ pixdim: [1, 0, 1], sform: null })],
    ['imaging.no-spacing', 'none.nrrd', nrrd(...soundNrrd)],
    ['imaging.no-spacing', 'nan.nrrd', nrrd(...soundNrrd, 'spacings: 1 nan 1')],
    ['imaging.no-spacing', 'zero.nrrd', nrrd(...soundNrrd, 'space directions: (1,0,0) (0,0,0) (0,0,1)')],
    ['imaging.no-spacing', 'none.mha', meta('DimSize = 2 3 4')],
    ['imaging.no-spacing', 'zero.mha', meta('DimSize = 2 3 4', 'ElementSpacing = 1 0 1')],
    ['imaging.spacing-conflict', 'two-spacings.nii', niftiBytes({ sform: [2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] })],
    ['imaging.singular-direction', 'singular.nii', niftiBytes({ sform: [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0] })],
    ['imaging.singular-direction', 'zeros.nii', niftiBytes({ sform: Array(12).fill(0) })],
    ['imaging.singular-direction', 'singular.nrrd', nrrd(...soundNrrd, 'space directions: (1,0,0) (1,0,0) (0,0,1)')],
    [
      'imaging.singular-direction',
      'singular.mha',
      meta('DimSize = 2 3 4', 'ElementSpacing = 1 1 1', 'TransformMatrix = 1 0 0 1 0 0 0 0 1'),
    ],
    ['imaging.sheared', 'sheared.nii', niftiBytes({ sform: sheared })],
    ['imaging.sheared', 'sheared.nrrd', nrrd(...soundNrrd, 'space directions: (1,0,0) (0.5,1,0) (0,0,1)')],
    ['imaging.constant', 'constant.nii', niftiBytes({ values: Array(120).fill(7) })],
  ];
  for (const [code, name, content] of cases) {
    it(`${code}: ${name}`, async () => {
      const file = folder.write(`refused/${name}`, content);
      const error = await readImage(file).catch((caught) => caught);
      expect(error.code).toBe(code);
      expect(error.message).toContain(basename(file));
      expect(`${error.message} ${error.next}`).not.toMatch(/\{\w+\}/);
    });
  }

  it('imaging.missing and imaging.nothing-found: paths without an image', async () => {
    expect(await refusal(readImage(join(folder.path, 'nowhere.nii')))).toBe('imaging.missing');
    folder.write('no-image/readme.txt', 'nothing here');
    expect(await refusal(readImage(join(folder.path, 'no-image')))).toBe('imaging.nothing-found');
  });

  it('of label maps: numbers that are not whole or not in 0 to 255', async () => {
    const labels = (values: number[]) =>
      folder.write(
        'labels.nii',
        niftiBytes({ datatype: 'float32', values: [...values, ...Array(120 - values.length).fill(0)] }),
      );
    expect(await refusal(readLabelMap(labels([1, 1.5])))).toBe('imaging.label-not-integer');
    expect(await refusal(readLabelMap(labels([1, 256])))).toBe('imaging.label-out-of-range');
    expect(await refusal(readLabelMap(labels([-1])))).toBe('imaging.label-out-of-range');
    expect([...(await readLabelMap(labels([1, 255, 2]))).voxels.slice(0, 4)]).toEqual([1, 255, 2, 0]);
    expect((await readLabelMap(labels([]))).voxels.every((label) => label === 0)).toBe(true);
  });
});

describe('the thread', () => {
  it('hands voxels over without a copy', async () => {
    const file = folder.write('handed.nii', niftiBytes());
    const script = pathToFileURL(join(import.meta.dirname, 'file-worker.ts')).href;
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       const post = parentPort.postMessage.bind(parentPort);
       parentPort.postMessage = (message, transfer) => {
         post(message, transfer);
         post({ bytesKept: message.r.voxels.byteLength });
       };
       import(${JSON.stringify(script)}).then(() => post('ready'));`,
      { eval: true },
    );
    const heard: unknown[] = [];
    for await (const [message] of on(worker, 'message')) {
      heard.push(message);
      if (message === 'ready') worker.postMessage({ t: 'q', i: 'call', m: 'readVolume', a: [file, 'handed.nii'] });
      if ('bytesKept' in Object(message)) break;
    }
    await worker.terminate();
    expect(heard).toEqual(['ready', { t: 's', i: 'call', r: await readImage(file) }, { bytesKept: 0 }]);
  });

  it('prints nothing of what it reads, and does not keep the process from exiting', () => {
    const dicom = folder.write('quiet/slice', dicomBytes({ instance: '1.1', position: null }).subarray(0, -9));
    const broken = folder.write('quiet/broken.mha', meta('DimSize = 2 3 4', 'ElementSpacing = 1 1 2').subarray(0, -1));
    const sound = folder.write('quiet/sound.nii', niftiBytes());
    const script = `
      import { readImage, readSliceTags } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'files.ts')).href)};
      for (const file of ${JSON.stringify([dicom, broken, sound])}) await readImage(file).catch(() => {});
      await readSliceTags(${JSON.stringify([sound, dicom])});
      process.stdout.write('done');`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect([run.stdout, run.stderr, run.status]).toEqual(['done', '', 0]);
  });

  it('comes back after it rested', async () => {
    const file = folder.write('rested.nii', niftiBytes());
    const before = await readImage(file);
    await pause(2300);
    expect(await readImage(file)).toEqual(before);
  });

  it('answers calls that are made together', async () => {
    const files = Array.from({ length: 4 }, (_, index) =>
      folder.write(`together/${index}.nii`, niftiBytes({ pixdim: [1 + index, 1, 1] })),
    );
    const volumes = await Promise.all(files.map(readImage));
    expect(volumes.map(({ grid }) => grid.spacing[0])).toEqual([1, 2, 3, 4]);
  });

  it('names no patient in what it gives or refuses', async () => {
    const file = folder.write('private/a', dicomBytes({ instance: '1.1' }));
    const error = await readImage(file).catch((caught) => caught);
    expect(error.code).toBe('imaging.two-dimensional');
    expect(JSON.stringify([error.message, error.next, error.details, error.stack])).not.toContain(PATIENT.slice(0, 8));
  });
});
