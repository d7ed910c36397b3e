/** Runs and their curves as pages show them. */
import type { CurvePoint, RunCurves, RunSummary } from '../../../shared/api/training.ts';
import { stepsBefore, stepsOf } from '../../site/runs/run-steps.ts';
import type { Run } from '../../storage/runs.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';

const LAST_STEPS = 10; // that a loss is the mean of: one step alone says little

/** Newest first. */
export function summariseRuns({ runs, models, volumes: catalogue }: SiteFolder): RunSummary[] {
  const samples = new Set(catalogue.list().flatMap(({ id, sample }) => (sample ? [id] : [])));
  const made = Map.groupBy(models.list(), ({ run }) => run);
  return runs
    .list()
    .reverse()
    .map((run) => {
      const { id, kind, state, plan, round, note, personNote, computedOn, startedAt, endedAt } = run;
      const volumes = volumesIn(run);
      return {
        id,
        kind,
        state,
        plan,
        round,
        note,
        personNote,
        model: modelIn(run),
        made: (made.get(id) ?? []).map((model) => model.id),
        computedOn,
        volumes: volumes?.length ?? null,
        cohort: (run.kind !== 'segment' && run.details.cohort) || null,
        samples: volumes !== undefined && volumes.length > 0 && volumes.every((volume) => samples.has(volume)),
        loss: runs.recentMean(id, 'loss', LAST_STEPS) ?? null,
        dice: runs.recentMean(id, 'dice', kind === 'segment' ? Math.max(1, volumes?.length ?? 1) : 1) ?? null,
        startedAt,
        endedAt,
      };
    });
}

/** Throws `storage.no-such-run`. */
export function curvesOf({ runs }: SiteFolder, id: string): RunCurves {
  const run = runs.get(id);
  const { kind, plan } = run;
  const metrics = runs.metrics(id);
  const curve = (name: 'loss' | 'dice', least: number): CurvePoint[] =>
    metrics
      .filter((metric) => metric.name === name && metric.step >= least)
      .map(({ round, step, value }) => ({ step: stepsBefore(kind, plan, round) + step, value }));
  return {
    run: id,
    steps: kind === 'segment' ? (volumesIn(run)?.length ?? 0) : stepsOf(kind, plan),
    loss: curve('loss', 1), // step 0 holds the mean of a round
    dice: curve('dice', 0), // at step 0 of what it began with
  };
}

/** Ids of the volumes that a run learns from or segments; undefined where it uses whatever is there. */
function volumesIn(run: Run): string[] | undefined {
  return run.kind === 'federated' ? undefined : run.details.volumes;
}

/** Id of the model that a run begins with or uses. */
export function modelIn(run: Run): string | null {
  if (run.kind === 'segment') return run.details.model;
  return run.kind === 'finetune' && run.details.from !== 'random' ? run.details.from : null;
}
