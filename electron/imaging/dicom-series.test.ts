import { readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Vector3 } from '../../shared/volume.ts';
import { testFolder, workIn } from '../../tests/test-folder.ts';
import { groupSeries } from './dicom-series.ts';
import { readImage, readSeries, readSliceTags } from './files.ts';
import { type DicomSettings, dicomBytes, PATIENT } from './fixtures/dicom.ts';
import { distance, voxelToWorld } from './geometry.ts';

const folder = testFolder();

/** Writes slices under names in an order that says nothing. */
function writeSlices(place: string, slices: DicomSettings[], names = 'qzamxkbw'): string[] {
  return slices.map((slice, index) => folder.write(join(place, names[index]), dicomBytes(slice)));
}

/** Slices of one series, `step` mm apart along z. */
function stack(count: number, over: Partial<DicomSettings> = {}, step = 2.5): DicomSettings[] {
  return Array.from({ length: count }, (_, index) => ({
    instance: `${over.series ?? '1.2.3'}.${index}`,
    position: [10, 20, -5 + step * index],
    valueAt: (column: number, row: number) => column + 10 * row + 100 * index,
    ...over,
  }));
}

async function group(files: string[]) {
  return groupSeries(await readSliceTags(files));
}
const codes = ({ refused }: Awaited<ReturnType<typeof group>>) => refused.map(({ error }) => error.code);

describe('a DICOM series', () => {
  it('is sorted by position, whatever its files are called, and lies where DICOM says', async () => {
    writeSlices('sorted', stack(5));
    const { grid, sourceGrid, voxels } = await readImage(join(folder.path, 'sorted'));
    expect(sourceGrid).toEqual({
      size: [6, 8, 5],
      spacing: [1, 1, 2.5],
      origin: [-10, -20, -5],
      direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1],
    });
    for (const [column, row, slice] of [
      [0, 0, 0],
      [5, 7, 4],
      [2, 3, 1],
    ]) {
      const [x, y] = [5 - column, 7 - row];
      expect(voxels[x + 6 * (y + 8 * slice)]).toBe(column + 10 * row + 100 * slice);
      const world = voxelToWorld(grid, [x, y, slice]);
      expect(distance(world, [-(10 + column), -(20 + row), -5 + 2.5 * slice])).toBeLessThan(1e-9);
    }
  });

  it('is found by a path that is relative to the working folder', async () => {
    const files = writeSlices('relative', stack(3));
    const { voxels } = await readImage(join(folder.path, 'relative'));
    workIn(folder.path);
    for (const path of ['relative', './relative', join('..', basename(folder.path), 'relative')]) {
      expect((await readImage(path)).voxels).toEqual(voxels);
    }
    const [series] = (await group(files.map((file) => relative(folder.path, file)))).series;
    expect((await readSeries(series)).voxels).toEqual(voxels);
    workIn('relative');
    expect((await readImage('.')).voxels).toEqual(voxels);
  });

  it('may be oblique and anisotropic', async () => {
    const [c, s] = [Math.cos(0.4), Math.sin(0.4)];
    const orientation = [1, 0, 0, 0, c, s]; // rows run along x, columns down and up
    const normal: Vector3 = [0, -s, c];
    const slices = stack(4, { orientation, spacing: [0.8, 0.5] }).map((slice, index) => ({
      ...slice,
      position: normal.map((value) => 3.1 * index * value),
    }));
    writeSlices('oblique', slices);
    const { sourceGrid } = await readImage(join(folder.path, 'oblique'));
    expect(sourceGrid.spacing.map((value) => Number(value.toFixed(4)))).toEqual([0.5, 0.8, 3.1]);
    const expected = [-1, 0, 0, 0, -c, s, 0, s, c]; // DICOM's x and y turned about
    sourceGrid.direction.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index], 5);
    });
  });

  it('is read in every transfer syntax', async () => {
    const expected = new Float32Array(64 * 64 * 3);
    for (let k = 0; k < 3; k++)
      for (let y = 0; y < 64; y++)
        for (let x = 0; x < 64; x++) {
          const bowl = Math.floor(((x - 32) ** 2 + (y - 30) ** 2) / 40) * 2;
          const board = ((Math.floor(x / 8) + Math.floor(y / 16) + k) % 3) * 50;
          expected[63 - x + 64 * (63 - y + 64 * k)] = bowl + board - 20 * k;
        }
    for (const syntax of ['jpeg-2000', 'jpeg-ls', 'rle', 'deflated']) {
      const { grid, voxels } = await readImage(join(import.meta.dirname, 'fixtures', 'dicom', syntax));
      expect(grid.size, syntax).toEqual([64, 64, 3]);
      expect(grid.spacing, syntax).toEqual([0.9, 0.8, 2.5]);
      expect(voxels, syntax).toEqual(expected);
    }
  });

  it('is told from others in the same folder, and may lie in several folders', async () => {
    const one = stack(3, { series: '1.1' });
    const two = stack(4, { series: '1.2', valueAt: (column) => column });
    const files = [
      ...writeSlices('mixed', [one[2], two[0], two[3], one[0]]),
      ...writeSlices('mixed/more', [two[1], one[1], two[2]]),
    ];
    const grouped = await group(files);
    expect(grouped.refused).toEqual([]);
    expect(grouped.series.map(({ name }) => name)).toEqual(['mixed, 3 slices', 'mixed, 4 slices']);
    const volumes = [await readSeries(grouped.series[0]), await readSeries(grouped.series[1])];
    expect(volumes.map(({ grid }) => grid.size[2])).toEqual([3, 4]);
    expect(volumes[0].voxels[5 + 6 * 7]).toBe(0);
    expect(volumes[0].voxels[5 + 6 * (7 + 8 * 2)]).toBe(200);
    const error = await readImage(join(folder.path, 'mixed')).catch((caught) => caught);
    expect(error.code).toBe('imaging.several-series');
  });

  it('has a name of its own that says nothing of the patient', async () => {
    const files = [1, 2, 3].flatMap((number) => writeSlices(`named/${number}/T1`, stack(3, { series: `2.${number}` })));
    const { series } = await group(files);
    expect(series.map(({ name }) => name)).toEqual(['T1, 3 slices', 'T1, 3 slices (2)', 'T1, 3 slices (3)']);
    expect(JSON.stringify(series)).not.toContain(PATIENT.slice(0, 8));
  });
});

describe('refused', () => {
  const cases: [string, string, DicomSettings[]][] = [
    ['imaging.dicom-missing-slices', 'a gap', stack(6).toSpliced(2, 1)],
    [
      'imaging.dicom-repeated-positions',
      'two time points',
      [...stack(3), ...stack(3).map((slice, index) => ({ ...slice, instance: `9.${index}` }))],
    ],
    [
      'imaging.sheared',
      'a tilted gantry',
      stack(4).map((slice, index) => ({ ...slice, position: [0, index, 2.5 * index] })),
    ],
    ['imaging.no-spacing', 'no pixel spacing', stack(3, { spacing: null })],
    ['imaging.no-spacing', 'a pixel spacing of 0', stack(3, { spacing: [0, 1] })],
    ['imaging.dicom-no-position', 'no positions', stack(3, { position: null })],
    ['imaging.two-dimensional', 'one slice', stack(1)],
    ['imaging.colour', 'colour', stack(3, { samples: 3 })],
    ['imaging.dicom-not-an-image', 'a segmentation object', stack(1, { modality: 'SEG', frames: 4 })],
    ['imaging.constant', 'one value everywhere', stack(3, { valueAt: () => 5 })],
  ];
  for (const [index, [code, what, slices]] of cases.entries()) {
    it(`${code}: ${what}`, async () => {
      const place = `refused/${index}`;
      writeSlices(place, slices);
      const error = await readImage(join(folder.path, place)).catch((caught) => caught);
      expect(error.code).toBe(code);
      expect(error.message).toContain(`${index}, `);
    });
  }

  it('imaging.truncated: a slice cut short, by a little or in compressed pixels', async () => {
    for (const [place, cut] of [
      ['little', 2],
      ['half', 60],
    ] as const) {
      writeSlices(place, stack(3));
      folder.write(join(place, 'a'), dicomBytes(stack(3)[2]).subarray(0, -cut));
      const error = await readImage(join(folder.path, place)).catch((caught) => caught);
      expect(error.code, place).toBe('imaging.truncated');
    }
    for (const syntax of ['jpeg-2000', 'jpeg-ls', 'rle']) {
      for (const name of '012') {
        const bytes = readFileSync(join(import.meta.dirname, 'fixtures', 'dicom', syntax, name));
        folder.write(join('cut', syntax, name), name === '1' ? bytes.subarray(0, -100) : bytes);
      }
      const error = await readImage(join(folder.path, 'cut', syntax)).catch((caught) => caught);
      expect(error.code, syntax).toBe('imaging.truncated');
    }
  });

  it('a series that a damaged file belongs to, but not the others', async () => {
    const fixtures = join(import.meta.dirname, 'fixtures', 'dicom');
    const files = ['jpeg-2000', 'rle'].flatMap((syntax) => [...'012'].map((name) => join(fixtures, syntax, name)));
    const bytes = readFileSync(files[1]);
    files[1] = folder.write('damaged', bytes.subarray(0, -100));
    const grouped = await group(files);
    expect(codes(grouped)).toEqual(['imaging.truncated', 'imaging.truncated']);
    expect(grouped.refused.map(({ path }) => path)).toEqual([files[1], join(fixtures, 'jpeg-2000')]);
    expect(grouped.series.map(({ folder }) => folder)).toEqual([join(fixtures, 'rle')]);

    const cut = bytes.subarray(0, 560); // within the attributes
    folder.write('damaged', cut);
    expect(codes(await group(files))).toEqual(['imaging.truncated', 'imaging.truncated']);

    // A directory of files (DICOMDIR) names them all and is no picture, though as unreadable.
    const [picture, directory] = ['1.2.840.10008.5.1.4.1.1.4\0', '1.2.840.10008.1.3.10\0\0\0\0\0\0'];
    folder.write('damaged', Buffer.from(cut.toString('latin1').replace(picture, directory), 'latin1'));
    expect(codes(await group(files))).toEqual([]);
  });

  it('copies of a slice and objects without slices, but not the rest', async () => {
    const files = writeSlices('copies', [...stack(3), stack(3)[1]]);
    const report = folder.write(
      'copies/report',
      Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.alloc(40)]),
    );
    expect(await readSliceTags([report])).toEqual([null]);
    const grouped = await group([...files, report]);
    expect(codes(grouped)).toEqual(['imaging.duplicate']);
    expect((await readSeries(grouped.series[0])).grid.size).toEqual([6, 8, 3]);
  });

  it('pictures of another size or direction in a series, but not the rest', async () => {
    const files = writeSlices('scout', [
      ...stack(3),
      { instance: '5.1', orientation: [0, 1, 0, 0, 0, -1], position: [0, 0, 50] },
      { instance: '5.2', rows: 4 },
    ]);
    const grouped = await group(files);
    expect(codes(grouped)).toEqual(['imaging.two-dimensional', 'imaging.two-dimensional']);
    expect(grouped.series.map(({ slices }) => slices.length)).toEqual([3]);
  });
});
