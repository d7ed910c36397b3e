import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planSchema } from '../../../shared/plan.ts';
import type { Grid } from '../../../shared/volume.ts';
import { testFolder } from '../../../tests/test-folder.ts';
import { writeLabelFile, writeVolume } from '../../storage/volume-file.ts';
import { drawPicture } from './pictures.ts';

it('draws the coronal slice that shows most labels, the patient’s top at the top and right on the left', () => {
  const folder = testFolder().path;
  const grid: Grid = {
    size: [2, 3, 2],
    spacing: [1, 2, 3],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const at = (x: number, y: number, z: number) => x + 2 * (y + 3 * z);
  const labels = new Uint8Array(12);
  labels[at(0, 0, 0)] = labels[at(1, 0, 0)] = labels[at(0, 0, 1)] = 1; // more voxels, but of one label
  labels[at(0, 2, 1)] = 1;
  labels[at(1, 2, 0)] = 2;
  const files = { image: join(folder, 'image'), labels: join(folder, 'labels') };
  writeVolume(files.image, {
    grid,
    sourceGrid: grid,
    voxels: Float32Array.from({ length: 12 }, (_, index) => index),
  });
  writeLabelFile(files.labels, { grid, sourceGrid: grid, voxels: labels });
  const picture = drawPicture(files, planSchema.parse({}), []);
  expect(picture).toMatchObject({ width: 2, height: 2, pixel: [1, 3] });
  expect([...picture.panels[0].labels]).toEqual([0, 1, 2, 0]); // upper row first
  expect(picture.image[0]).toBeGreaterThan(picture.image[2]); // z = 1 above z = 0
});
