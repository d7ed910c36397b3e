import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readSegmentationNode } from '@itk-wasm/dicom';
import { describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../shared/random.ts';
import type { LabelMap, Volume } from '../../shared/volume.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { readImage, type SegmentationInfo, writeDicomSegmentation } from './files.ts';
import { dicomBytes, PATIENT } from './fixtures/dicom.ts';
import { sameGrid, swapLpsAndRas } from './geometry.ts';
import { toSourceGrid } from './orientation.ts';

const folder = testFolder();
const info: SegmentationInfo = {
  description: 'Isocenter: unet-1a2b',
  algorithm: 'AUTOMATIC',
  algorithmName: 'Isocenter unet-1a2b',
  segments: [
    { label: 1, name: 'Anterior hippocampus', colour: '#2fd6b0' },
    { label: 2, name: 'Label 2', colour: '#ff7a66' },
  ],
};

/** Writes a series of 5 slices of 8 x 6 pixels and gives its files in the order of the slices. */
function makeSeries(name: string, orientation: number[], gap: number): string[] {
  const [ax, ay, az, dx, dy, dz] = orientation;
  const normal = [ay * dz - az * dy, az * dx - ax * dz, ax * dy - ay * dx];
  return Array.from({ length: 5 }, (_, slice) => {
    const position = normal.map((value, axis) => [7, -20, 31][axis] + gap * slice * value);
    const valueAt = (column: number, row: number) => 3 * column + 10 * row + slice;
    const instance = `1.2.826.0.1.3680043.2.1125.${slice + 1}`;
    return folder.write(
      `${name}/${9 - slice}.dcm`,
      dicomBytes({ series: '1.2.3.4', instance, orientation, position, spacing: [1.5, 0.75], valueAt }),
    );
  });
}

function labelsOn({ grid, sourceGrid }: Volume): LabelMap {
  const random = seededRandom('labels');
  const voxels = Uint8Array.from({ length: grid.size[0] * grid.size[1] * grid.size[2] }, () =>
    Math.floor(3 * random()),
  );
  return { grid, sourceGrid, voxels };
}

async function readBack(file: string) {
  const silent = vi.spyOn(console, 'log').mockImplementation(() => {}); // dcmqi prints
  try {
    return await readSegmentationNode(file);
  } finally {
    silent.mockRestore();
  }
}

async function expectSame(file: string, labels: LabelMap) {
  const { segImage } = await readBack(file);
  const expected = toSourceGrid(labels);
  const { size, spacing, origin, direction } = segImage as unknown as LabelMap['grid'];
  expect(sameGrid(swapLpsAndRas({ size, spacing, origin, direction }), expected.grid)).toBe(true);
  expect(Uint8Array.from(segImage.data as ArrayLike<number>)).toEqual(expected.voxels);
}

describe('writeDicomSegmentation', () => {
  const tilt = [0.96, 0.28, 0, -0.168, 0.576, 0.8]; // two perpendicular directions, oblique in all axes
  it.each([
    ['axial', [1, 0, 0, 0, 1, 0]],
    ['sagittal, from left to right and upside down', [0, 1, 0, 0, 0, 1]],
    ['coronal', [1, 0, 0, 0, 0, -1]],
    ['oblique', tilt],
  ])('comes back to the same voxels on the same grid: %s', async (name, orientation) => {
    const files = makeSeries(name, orientation, 2.5);
    const volume = await readImage(resolve(files[0], '..'));
    const labels = labelsOn(volume);
    const out = join(folder.path, `${basename(name)}.dcm`);
    await writeDicomSegmentation(out, labels, files, info);
    await expectSame(out, labels);
  });

  it('leaves slices between labels where they are', async () => {
    const files = makeSeries('gap', [1, 0, 0, 0, 1, 0], 3);
    const volume = await readImage(resolve(files[0], '..'));
    const labels = { ...labelsOn(volume), voxels: new Uint8Array(240) };
    labels.voxels[3] = labels.voxels[239 - 48] = 1;
    const out = join(folder.path, 'gap.dcm');
    await writeDicomSegmentation(out, labels, files, { ...info, segments: info.segments.slice(0, 1) });
    await expectSame(out, labels);
  });

  it('says who drew, what the segments are called and coloured, and refers to the series and its patient', async () => {
    const files = makeSeries('said', [1, 0, 0, 0, 1, 0], 3);
    const labels = labelsOn(await readImage(resolve(files[0], '..')));
    const [automatic, manual] = ['automatic.dcm', 'manual.dcm'].map((name) => join(folder.path, name));
    await writeDicomSegmentation(automatic, labels, files, info);
    await writeDicomSegmentation(manual, labels, files, { ...info, algorithm: 'MANUAL' });
    const attributesOf = async (file: string) => {
      const metaInfo = (await readBack(file)).metaInfo as { segmentAttributes: Record<string, unknown>[][] };
      return metaInfo.segmentAttributes.flat();
    };
    const [first, second] = await attributesOf(automatic);
    expect(first).toMatchObject({
      labelID: 1,
      SegmentLabel: 'Anterior hippocampus',
      SegmentAlgorithmType: 'AUTOMATIC',
      SegmentAlgorithmName: 'Isocenter unet-1a2b',
    });
    expect(second).toMatchObject({ labelID: 2, SegmentLabel: 'Label 2' });
    (first.recommendedDisplayRGBValue as number[]).forEach((value, at) => {
      expect(Math.abs(value - [0x2f, 0xd6, 0xb0][at])).toBeLessThanOrEqual(2); // through CIELab and back
    });
    expect((await attributesOf(manual))[0]).toMatchObject({ SegmentAlgorithmType: 'MANUAL' });
    const text = readFileSync(automatic, 'latin1');
    for (const mention of ['1.2.3.4', '1.2.826.0.1.3680043.2.1125.3', PATIENT]) expect(text).toContain(mention);
    expect(readFileSync(manual, 'latin1')).not.toContain('unet-1a2b\0');
  });

  it('refuses a series that is not there any more, and leaves no half a file', async () => {
    const files = makeSeries('gone', [1, 0, 0, 0, 1, 0], 3);
    const labels = labelsOn(await readImage(resolve(files[0], '..')));
    rmSync(files[2]);
    const out = join(folder.path, 'gone.dcm');
    await expect(writeDicomSegmentation(out, labels, files, info)).rejects.toMatchObject({ code: 'imaging.missing' });
    const nowhere = join(folder.path, 'nowhere', 'out.dcm');
    await expect(
      writeDicomSegmentation(nowhere, labels, makeSeries('there', [1, 0, 0, 0, 1, 0], 3), info),
    ).rejects.toMatchObject({
      code: 'imaging.not-written',
    });
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder.path).filter((name) => name.includes('.part'))).toEqual([]);
  });
});

it('says so where a series is of a kind that cannot be segmented', async () => {
  const files = makeSeries('kind', [1, 0, 0, 0, 1, 0], 3);
  const labels = labelsOn(await readImage(resolve(files[0], '..')));
  const damaged = folder.write('damaged/1.dcm', 'not DICOM at all');
  const out = join(folder.path, 'kind.dcm');
  await expect(writeDicomSegmentation(out, labels, [damaged], info)).rejects.toMatchObject({
    code: 'imaging.series-not-segmentable',
  });
  expect(existsSync(out)).toBe(false);
  await writeDicomSegmentation(out, labels, files, info); // the thread that failed goes on
  await expectSame(out, labels);
});

describe('a real oblique series', () => {
  const series = join(import.meta.dirname, '../../../shared/data/dicom/12-T1post-05670');
  it.runIf(existsSync(series))('comes back to the same voxels', async () => {
    const volume = await readImage(series);
    const labels = {
      ...labelsOn(volume),
      voxels: Uint8Array.from(volume.voxels, (value, at) => (value > 200 ? 1 + (at % 2) : 0)),
    };
    labels.voxels[0] = 1;
    labels.voxels[labels.voxels.length - 1] = 2;
    const files = readdirSync(series).map((file) => join(series, file));
    const out = join(folder.path, 'real.dcm');
    await writeDicomSegmentation(out, labels, files, info);
    await expectSame(out, labels);
  });
});
