/** Scoring one label map file against another; needs no site. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fault } from '../../shared/errors.ts';
import type { LabelScores } from '../../shared/scores.ts';
import { Trainer } from '../engine/client.ts';
import { readLabelMap } from '../imaging/files.ts';
import { sameGrid } from '../imaging/geometry.ts';
import { writeLabelFile } from '../storage/volume-file.ts';

/** Scores of every label that either map has. Throws `site.grids-differ`, and what reading a label map throws. */
export async function evaluateFiles(
  prediction: string,
  reference: string,
  signal?: AbortSignal,
): Promise<LabelScores[]> {
  const maps = [await readLabelMap(prediction), await readLabelMap(reference)];
  if (!sameGrid(maps[0].grid, maps[1].grid)) throw fault('site.grids-differ', { prediction, reference });
  const labels = [...new Set(maps.flatMap(({ voxels }) => [...new Set(voxels)]))]
    .filter((label) => label !== 0)
    .sort((a, b) => a - b);
  const folder = mkdtempSync(join(tmpdir(), 'isocenter-evaluate-'));
  const trainer = new Trainer();
  try {
    const [predicted, referred] = maps.map((map, index) => {
      const file = join(folder, `${index}.safetensors`);
      writeLabelFile(file, map);
      return file;
    });
    const [scores] = await trainer.run(
      'evaluate',
      { pairs: [{ prediction: predicted, reference: referred }], labels },
      { signal },
    );
    return scores;
  } finally {
    await trainer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
