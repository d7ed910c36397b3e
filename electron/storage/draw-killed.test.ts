import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Grid } from '../../shared/volume.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { createSite, openSite } from './site-folder.ts';

it('keeps every stroke that was answered when the process is killed', async () => {
  const path = testFolder().path;
  const site = createSite(path, 'A');
  const grid: Grid = {
    size: [64, 64, 64],
    spacing: [1, 1, 1],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const voxels = Float32Array.from({ length: 64 ** 3 }, (_, at) => at % 7);
  const volume = site.volumes.add({ grid, sourceGrid: grid, voxels }, { name: 'a', source: '/a' });
  const { id } = site.labelMaps.startDrawing(volume.id, null, 'anna');
  site.close();

  const child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/draw-until-killed.ts'), path, id]);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split('\n').length > 700) child.kill('SIGKILL'); // past a fold or two
  });
  await new Promise((resolve) => child.once('close', resolve));

  const answered = said.split('\n').slice(0, -1).length;
  expect(answered).toBeGreaterThan(600);
  const again = openSite(path);
  const drawn = again.labelMaps.read(id).voxels;
  const count = drawn.findLastIndex((label) => label > 0) + 1;
  expect(count).toBeGreaterThanOrEqual(answered); // one more may be on disk, its answer unread
  for (let at = 0; at < count; at++) expect(drawn[at]).toBe(1 + (at % 3));
  for (let undone = 0; undone < 100; undone++) again.labelMaps.undo(id);
  expect(again.labelMaps.read(id).voxels.findLastIndex((label) => label > 0) + 1).toBe(count - 100);
  again.close();
});
