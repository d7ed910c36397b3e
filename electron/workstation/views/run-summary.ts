/** Runs and their curves as pages show them. */
import type { CurvePoint, RunCurves, RunSummary } from '../../../shared/api/training.ts';
import { distributionOf } from '../../../shared/distribution.ts';
import { countsInHeadline } from '../../../shared/headline.ts';
import { whyLeftOut } from '../../site/reference.ts';
import { stepsBefore, stepsOf } from '../../site/runs/run-steps.ts';
import type { Metric, Run } from '../../storage/runs.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';

const LAST_STEPS = 10; // that a loss is the mean of: one step alone says little

/** Newest first. */
export function summariseRuns(folder: SiteFolder): RunSummary[] {
  const { runs, models } = folder;
  const samples = new Set(folder.volumes.list().flatMap(({ id, sample }) => (sample ? [id] : [])));
  const made = Map.groupBy(models.list(), ({ run }) => run);
  return runs
    .list()
    .reverse()
    .map((run) => {
      const { id, kind, state, plan, round, note, personNote, computedOn, startedAt, endedAt } = run;
      const volumes = volumesIn(run);
      const scores = made.get(id)?.at(-1)?.scores;
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
        loss: runs.recentLoss(id, LAST_STEPS) ?? null,
        heldOut: run.kind === 'finetune' ? (run.details.holdOut?.length ?? 0) : 0,
        dice: distributionOf(run.kind === 'segment' ? diceOfSegmenting(folder, run) : (scores?.volumes ?? [])),
        startedAt,
        endedAt,
      };
    });
}

/** Dice of the volumes that count in the model's headline; of none where what it learnt from is not known any more. */
function diceOfSegmenting(folder: SiteFolder, { id, details }: Run<'segment'>): number[] {
  const { models, runs, volumes } = folder;
  const model = models.list().find((one) => one.id === details.model);
  if (!model) return [];
  const counted = volumes.list().filter((volume) => countsInHeadline({ leftOut: whyLeftOut(model, volume) }));
  const ids = new Set(counted.map((volume) => volume.id));
  return runs
    .metrics(id)
    .filter(({ name, step }) => name === 'dice' && ids.has(details.volumes[step - 1]))
    .map(({ value }) => value);
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
    steps: stepsShown(run, metrics),
    loss: curve('loss', 1), // step 0 holds the mean of a round
    dice: curve('dice', 0), // at step 0 of what it began with
  };
}

/** How far the curves reach: to the steps that the plan allows, or to the last one of a run that is over. */
function stepsShown(run: Run, metrics: Metric[]): number {
  if (run.kind === 'segment') return run.details.volumes.length;
  const last = Math.max(0, ...metrics.map(({ round, step }) => stepsBefore(run.kind, run.plan, round) + step));
  return run.kind === 'finetune' && run.state === 'finished' && last > 0 ? last : stepsOf(run.kind, run.plan);
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
