import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fingerprintSchema } from '../../shared/fingerprint.ts';
import { createPhantomSite } from '../../tests/phantom-site.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { fingerprintOf } from '../imaging/fingerprint.ts';
import { createSite } from '../storage/site-folder.ts';
import { readLabelFile, readVolume } from '../storage/volume-file.ts';
import { combined, siteFingerprint } from './fingerprint.ts';
import { smallVolume } from './testing.ts';

const base = testFolder().path;

it('is made at import and kept', async () => {
  await using site = await createPhantomSite(join(base, 'imported'), 0, 2);
  for (const { fingerprint, imageFile, labelFile } of site.volumes()) {
    expect(fingerprint).toEqual(fingerprintOf(readVolume(imageFile), readLabelFile(labelFile)));
  }
});

it('is made on first need, and anew when labels change', async () => {
  const folder = createSite(join(base, 'stored'), 'A');
  const { volume, labels } = smallVolume(1);
  const { id } = folder.volumes.add(volume, { name: 'a', source: '/a' });
  expect(folder.volumes.get(id).fingerprint).toBeNull();
  expect(await siteFingerprint(folder)).toMatchObject({ volumes: 1, labelled: 0, foreground: null, labels: [] });
  expect(folder.volumes.get(id).fingerprint).toMatchObject({ labelled: null });
  folder.volumes.attachLabels(id, labels, '/l');
  expect(folder.volumes.get(id).fingerprint).toBeNull();
  expect((await siteFingerprint(folder)).labels.map(({ label }) => label)).toEqual([1, 2]);
  folder.volumes.detachLabels(id);
  expect((await siteFingerprint(folder)).labels).toEqual([]);
  folder.close();
});

it('believes what DICOM said of the values', async () => {
  const folder = createSite(join(base, 'modality'), 'A');
  const { volume } = smallVolume(2); // from about 0 to 200, as a crop of soft tissue
  folder.volumes.add(volume, { name: 'a', source: '/a' });
  expect((await siteFingerprint(folder)).hounsfield).toBe(0);
  const { volume: other } = smallVolume(3);
  folder.volumes.add(other, { name: 'b', source: '/b', series: { Modality: 'CT' } });
  expect((await siteFingerprint(folder)).hounsfield).toBe(1);
  folder.close();
});

it('needs a volume', async () => {
  const folder = createSite(join(base, 'empty'), 'A');
  await expect(siteFingerprint(folder)).rejects.toMatchObject({ code: 'site.nothing-to-fit' });
  folder.close();
});

it('tells how numbers are distributed over volumes, and those of a label over the volumes that show it', () => {
  const labelMapWithout = (label: number) => {
    const { labels } = smallVolume(0);
    return { ...labels, voxels: labels.voxels.map((value) => (value === label ? 0 : value)) };
  };
  const { volume } = smallVolume(0);
  const found = [1, 2, 3, 4, 5].map((spacing) => {
    const grid = { ...volume.grid, spacing: [spacing, 1, 2] as [number, number, number] };
    return fingerprintOf({ ...volume, grid }, { ...labelMapWithout(spacing === 5 ? 2 : 0), grid });
  });
  const together = combined(found);
  expect(together.spacing[0]).toEqual({ low: 1.4, median: 3, high: 4.6 });
  expect(together).toMatchObject({ volumes: 5, labelled: 5, hounsfield: 0 });
  expect(together.labels.map(({ label, volumes }) => [label, volumes])).toEqual([
    [1, 5],
    [2, 4],
  ]);
  expect(fingerprintSchema.parse(JSON.parse(JSON.stringify(together)))).toEqual(together);
});
