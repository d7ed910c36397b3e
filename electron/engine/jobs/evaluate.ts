import { basename } from 'node:path';
import { fault } from '../../../shared/errors.ts';
import type { LabelScores } from '../../../shared/scores.ts';
import { sameGrid } from '../../imaging/geometry.ts';
import { scoreLabel } from '../../learning/scores.ts';
import { readLabelFile } from '../../storage/volume-file.ts';
import type { EvaluateJob } from '../jobs.ts';
import { type JobContext, pause } from './context.ts';

/** Scores of every label of every pair. Throws `engine.grids-differ` where a pair cannot be compared voxel by voxel. */
export async function evaluate({ pairs, labels }: EvaluateJob, context: JobContext): Promise<LabelScores[][]> {
  const scores: LabelScores[][] = [];
  for (const pair of pairs) {
    await pause(context);
    const prediction = readLabelFile(pair.prediction);
    const reference = readLabelFile(pair.reference);
    if (!sameGrid(prediction.grid, reference.grid)) {
      throw fault('engine.grids-differ', {
        prediction: basename(pair.prediction),
        reference: basename(pair.reference),
        reason: `${prediction.grid.size.join(' x ')} and ${reference.grid.size.join(' x ')} voxels`,
      });
    }
    const { size, spacing } = reference.grid;
    scores.push(labels.map((label) => scoreLabel(prediction.voxels, reference.voxels, label, size, spacing)));
    context.report({ step: scores.length, steps: pairs.length });
  }
  return scores;
}
