/** Contrastive pre-training of one site alone: the rounds of a federation without anybody else. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ComputedOn, computedOnText } from '../../../shared/engine.ts';
import { fault } from '../../../shared/errors.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { Progress } from '../../../shared/progress.ts';
import { trainedParts } from '../../../shared/weight-shapes.ts';
import type { RunDetails } from '../../storage/run-details.ts';
import type { Metric, Run } from '../../storage/runs.ts';
import { readWeights } from '../../storage/weight-file.ts';
import type { SiteContext } from '../context.ts';
import { allVolumes, learningVolumesOfRun, learningWords, lineageOf } from '../volumes.ts';
import { noteTraining, performRun } from './perform-run.ts';
import { stepsBefore } from './run-steps.ts';

export interface PretrainOptions {
  plan: Plan;
  cohort?: string; // to learn from; absent: all volumes that may be learnt from
  resume?: string; // id of the run to continue, with its own plan
  onRun?: (id: string) => void;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

export interface PretrainResult {
  model: string;
  run: string;
  loss: number; // mean of the last round
  computedOn: ComputedOn[]; // more than one where the run went on with another engine
  seconds: number;
}

/** A run that goes on learns from the volumes that it began with, whatever was imported since. */
export async function pretrainAlone(site: SiteContext, options: PretrainOptions): Promise<PretrainResult> {
  const { folder, trainer } = site;
  const { plan, cohort, resume, onRun, onProgress, signal } = options;
  if (plan.rounds === 0) throw fault('site.no-rounds');
  const chosen = resume === undefined ? allVolumes(folder, cohort) : [];
  const details = { volumes: chosen.map(({ id }) => id), ...(cohort === undefined ? {} : { cohort }) };
  const begun = performance.now();
  const pretrain = async (run: Run<'pretrain'>): Promise<PretrainResult> => {
    const { volumes: noted, cohort: from } = run.details;
    const volumes = noted === undefined ? allVolumes(folder) : learningVolumesOfRun(folder, run.id, noted);
    folder.runs.noteLineage(run.id, lineageOf(folder, volumes));
    const weightsAfter = (round: number) => join(run.folder, `encoder-${round}.safetensors`);
    const state = join(run.folder, 'state.safetensors');
    if (!existsSync(weightsAfter(run.round))) {
      await trainer.run(
        'initialise',
        { plan, parts: trainedParts(plan, 'pretraining'), out: weightsAfter(0) },
        { signal },
      );
    }
    let loss = meanLoss(folder.runs.metrics(run.id), run.round);
    for (let round = run.round + 1; round <= plan.rounds; round++) {
      const result = await trainer.run(
        'pretrain',
        {
          plan,
          round,
          seed: plan.seed,
          volumes,
          weights: weightsAfter(round - 1),
          state,
          remote: [],
          out: weightsAfter(round),
        },
        {
          signal,
          onEngine: (on) => folder.runs.noteComputedOn(run.id, on),
          onProgress: ({ step, loss, notice }) =>
            onProgress?.({
              step: stepsBefore('pretrain', plan, round) + step,
              steps: plan.rounds * plan.stepsPerRound,
              loss,
              notice,
              message: `round ${round} of ${plan.rounds}${loss === undefined ? '' : `, loss ${loss.toFixed(3)}`}`,
            }),
        },
      );
      loss = noteTraining(folder, run.id, round, result);
      folder.runs.update(run.id, { round, step: 0 });
      rmSync(weightsAfter(round - 1), { force: true });
    }
    const { weights } = readWeights(weightsAfter(plan.rounds));
    const { computedOn, lineage } = folder.runs.get(run.id);
    const learnt = `${plan.rounds} rounds of ${plan.stepsPerRound} steps, alone, ${learningWords(folder, 'volumes', volumes, from)}`;
    const note = `${learnt}; computed on ${computedOnText(computedOn)}`;
    const model = folder.models.save({ kind: 'encoder', plan, weights, run: run.id, note, lineage });
    return { model: model.id, run: run.id, loss, computedOn, seconds: (performance.now() - begun) / 1000 };
  };
  const request = { plan, details, resume, isSame: (other: RunDetails<'pretrain'>) => other.cohort === cohort, onRun };
  return performRun(folder, 'pretrain', (begin) => begin(request, pretrain));
}

/** Of a finished round, also of one before a restart. */
function meanLoss(metrics: Metric[], round: number): number {
  return (
    metrics.find((metric) => metric.name === 'loss' && metric.round === round && metric.step === 0)?.value ?? Number.NaN
  );
}
