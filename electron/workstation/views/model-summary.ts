/** Models as pages show them, and what goes with one that is removed. */

import { statSync } from 'node:fs';
import type { ModelSummary } from '../../../shared/api/training.ts';
import { distributionOf } from '../../../shared/distribution.ts';
import { fault } from '../../../shared/errors.ts';
import { isOver } from '../../../shared/runs.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';
import { modelIn } from './run-summary.ts';

/** Newest first. */
export function summariseModels({ models, runs, labelMaps }: SiteFolder): ModelSummary[] {
  const unfinished = runs.list().filter((run) => !isOver(run));
  return models
    .list()
    .reverse()
    .map(({ id, kind, note, run, plan, scores, createdAt, file }) => ({
      id,
      kind,
      note,
      run,
      plan,
      dice: distributionOf(scores?.volumes ?? []),
      createdAt,
      bytes: statSync(file, { throwIfNoEntry: false })?.size ?? 0,
      predictions: labelMaps.predictionsOf(id).length,
      neededBy: unfinished.filter((other) => modelIn(other) === id).map((other) => other.id),
    }));
}

/** Predictions that it made stay. Throws `storage.no-such-model`, and `site.model-in-use` while a run works with it. */
export function removeModel({ models, runs }: SiteFolder, id: string): void {
  models.get(id);
  const user = runs.list().find((run) => run.state === 'running' && modelIn(run) === id);
  if (user) throw fault('site.model-in-use', { model: id, run: user.id });
  models.remove(id);
}
