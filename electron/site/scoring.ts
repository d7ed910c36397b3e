/**
 * Scores of label maps of the site against each other, by a trainer of their own: the site's may be at work for days.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../shared/errors.ts';
import type { LabelScores } from '../../shared/scores.ts';
import type { EvaluateJob } from '../engine/jobs.ts';
import { makeTemporaryFolder } from '../storage/atomic-file.ts';
import { writeLabelFile } from '../storage/volume-file.ts';
import type { SiteContext } from './context.ts';

/** What scoring needs of a site. */
export type Scoring = Pick<SiteContext, 'folder' | 'openTrainer'>;

/** Scores of every label that either map has. Throws `storage.other-volume` where they are not of the same volume. */
export async function compareLabelMaps(site: Scoring, prediction: string, reference: string): Promise<LabelScores[]> {
  const { folder } = site;
  const maps = [prediction, reference].map((id) => folder.labelMaps.get(id));
  if (maps[0].volume !== maps[1].volume) throw fault('storage.other-volume', { name: maps[1].name });
  const labels = [...new Set(maps.flatMap((map) => map.labels))].sort((a, b) => a - b);
  const temporary = makeTemporaryFolder(join(folder.path, 'runs')); // voxels stay inside the site's folder
  try {
    const [predicted, referred] = maps.map(({ id }, index) => {
      const stored = folder.labelMaps.fileOf(id);
      if (stored !== null) return stored;
      const file = join(temporary, `${index}.safetensors`);
      writeLabelFile(file, folder.labelMaps.read(id));
      return file;
    });
    const [scores] = await score(site, { pairs: [{ prediction: predicted, reference: referred }], labels });
    return scores;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Scores stored label maps. */
export async function score(site: Scoring, job: EvaluateJob): Promise<LabelScores[][]> {
  const trainer = site.openTrainer();
  try {
    return await trainer.run('evaluate', job);
  } finally {
    await trainer.close();
  }
}
