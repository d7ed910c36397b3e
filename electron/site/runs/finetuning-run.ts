/** Fine-tuning a U-Net on labelled volumes of one site. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ComputedOn, computedOnText } from '../../../shared/engine.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { Progress } from '../../../shared/progress.ts';
import { trainedParts } from '../../../shared/weight-shapes.ts';
import type { Trained, VolumeFiles } from '../../engine/jobs.ts';
import { lineageFrom, nothingLearnt } from '../../storage/lineage.ts';
import { type Run, runOf } from '../../storage/runs.ts';
import { readWeights } from '../../storage/weight-file.ts';
import type { SiteContext } from '../context.ts';
import { requireSameNetwork } from '../network-fit.ts';
import { learningVolumesOfRun, learningWords, lineageOf, splitLabelled, volumesOfRun } from '../volumes.ts';
import { noteTraining, performRun, type RunRequest } from './perform-run.ts';

export interface FinetuneHooks {
  onRun?: (id: string) => void;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

export interface FinetuneOptions extends FinetuneHooks {
  labels: number | 'all';
  from: string; // id of a model, or 'random'
  plan: Plan;
  steps?: number; // instead of the plan's
  cohort?: string; // to learn from; absent: all volumes that may be learnt from
  /** Labelled volumes kept apart for a learning curve, none that the start has seen. */
  holdOut?: number;
  validationCohort?: string; // instead of `holdOut`: what its labelled volumes are for
  /** Other labelled volumes for a learning curve, never trained on, scored after these steps. */
  validation?: VolumeFiles[];
  validateAt?: number[];
}

export interface FinetuneResult {
  model: string;
  run: string;
  volumes: number;
  loss: number; // of the last step
  computedOn: ComputedOn[]; // more than one where the run went on with another engine
  seconds: number;
  dice: Trained['dice'];
}

const CURVE_POINTS = 20; // validations of a run: the curve's shape shows, and little time goes into it

export async function finetuneAlone(site: SiteContext, options: FinetuneOptions): Promise<FinetuneResult> {
  const { folder } = site;
  const { from, cohort, validationCohort, holdOut = 0 } = options;
  const start = from === 'random' ? undefined : folder.models.get(from);
  const plan = { ...options.plan, finetuneSteps: options.steps ?? options.plan.finetuneSteps };
  if (start) requireSameNetwork(start, plan);
  const { learning, heldOut } = splitLabelled(folder, {
    count: options.labels,
    seed: plan.seed,
    cohort,
    holdOut: validationCohort === undefined ? holdOut : 0,
    validation: validationCohort,
    start,
  });
  const ids = (files: VolumeFiles[]) => files.map(({ id }) => id);
  const details = {
    from,
    volumes: ids(learning),
    ...(cohort === undefined ? {} : { cohort }),
    ...(heldOut.length > 0 ? { holdOut: ids(heldOut) } : {}),
    ...(validationCohort === undefined ? {} : { validation: validationCohort }),
  };
  return finetune(site, { plan, details }, options);
}

/** Continues exactly this run: its plan, the volumes it learns from, those kept apart. */
export async function resumeFinetuning(site: SiteContext, id: string, hooks: FinetuneHooks): Promise<FinetuneResult> {
  const { plan, details } = runOf('finetune', site.folder.runs.get(id));
  return finetune(site, { plan, details, resume: id }, hooks);
}

function finetune(
  site: SiteContext,
  request: RunRequest<'finetune'>,
  options: FinetuneHooks & Pick<FinetuneOptions, 'validation' | 'validateAt'>,
): Promise<FinetuneResult> {
  const { folder, trainer } = site;
  const { onRun, onProgress, signal } = options;
  const { plan } = request;
  const begun = performance.now();
  const work = async (run: Run<'finetune'>): Promise<FinetuneResult> => {
    const { from, cohort, holdOut = [] } = run.details;
    const volumes = learningVolumesOfRun(folder, run.id, run.details.volumes);
    const heldOut = volumesOfRun(folder, run.id, holdOut);
    const weights = join(run.folder, 'start.safetensors');
    const out = join(run.folder, 'unet.safetensors');
    if (!existsSync(weights)) {
      const start = from === 'random' ? undefined : folder.models.get(from);
      folder.runs.noteLineage(run.id, start ? lineageFrom(start) : nothingLearnt);
      await trainer.run(
        'initialise',
        { plan, parts: trainedParts(plan, 'finetuning'), from: start?.file, out: weights },
        { signal },
      );
    }
    folder.runs.noteLineage(run.id, lineageOf(folder, volumes));
    const result = await trainer.run(
      'finetune',
      {
        plan,
        seed: plan.seed,
        volumes,
        weights,
        fromStep: 0,
        steps: plan.finetuneSteps,
        state: join(run.folder, 'state.safetensors'),
        out,
        validation: options.validation ?? heldOut,
        validateAt: options.validateAt ?? validationSteps(plan),
      },
      {
        signal,
        onEngine: (on) => folder.runs.noteComputedOn(run.id, on),
        onProgress: (progress) =>
          onProgress?.({
            ...progress,
            message: progress.loss === undefined ? progress.message : `loss ${progress.loss.toFixed(3)}`,
          }),
      },
    );
    noteTraining(folder, run.id, 1, result);
    const { computedOn, lineage } = folder.runs.get(run.id);
    const learnt = `${learningWords(folder, 'labelled volumes', volumes, cohort)}, ${result.steps} steps, from ${from}`;
    const { oneIsland } = result;
    const islands = oneIsland.length === 0 ? '' : `; of label ${oneIsland.join(' and ')} the largest island is kept`;
    const note = `${learnt}${islands}; computed on ${computedOnText(computedOn)}`;
    const made = {
      kind: 'unet' as const,
      plan,
      weights: readWeights(out).weights,
      run: run.id,
      note,
      lineage,
      oneIsland,
    };
    const model = folder.models.save(made);
    const last = result.dice.at(-1);
    if (last) folder.models.score(model.id, { volumes: last.volumes });
    return {
      model: model.id,
      run: run.id,
      volumes: volumes.length,
      loss: result.losses.at(-1) ?? Number.NaN,
      computedOn,
      seconds: (performance.now() - begun) / 1000,
      dice: result.dice,
    };
  };
  return performRun(folder, 'finetune', (begin) => begin({ ...request, onRun }, work));
}

/**
 * From before the first step to after the last: evenly where the number of steps is known, else more and more seldom, so
 * that a curve that has become flat shows soon and validating takes a bounded share of the time.
 */
function validationSteps({ finetuneUntil, finetuneSteps }: Plan): number[] {
  if (finetuneUntil === 'steps') {
    const points = Math.min(CURVE_POINTS, finetuneSteps);
    return Array.from({ length: points + 1 }, (_, point) => Math.round((point * finetuneSteps) / points));
  }
  const steps = [0];
  while (steps[steps.length - 1] < finetuneSteps) {
    const last = steps[steps.length - 1];
    steps.push(Math.min(finetuneSteps, Math.ceil(1.08 * last + 40)));
  }
  return steps;
}
