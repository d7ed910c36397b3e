/** Fine-tuning a U-Net on labelled volumes of one site. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Plan, planSchema } from '../../shared/plan.ts';
import type { Progress, TrainingResult, VolumeFiles } from '../engine/jobs.ts';
import type { Run } from '../storage/runs.ts';
import { readWeights } from '../storage/weight-file.ts';
import type { SiteContext } from './context.ts';
import { requireSameNetwork } from './network-fit.ts';
import { asRun, locked, noteTraining } from './runs.ts';
import { labelledVolumes } from './volumes.ts';

export interface FinetuneOptions {
  labels: number | 'all';
  from: string; // id of a model, or 'random'
  plan?: Plan; // default: the model's, or the defaults
  steps?: number; // instead of the plan's
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  /** Labelled volumes for a learning curve, never trained on, scored after these steps. */
  validation?: VolumeFiles[];
  validateAt?: number[];
}

export interface FinetuneResult {
  model: string;
  run: string;
  volumes: number;
  loss: number; // of the last step
  seconds: number;
  dice: TrainingResult['dice'];
}

export async function finetuneAlone(site: SiteContext, options: FinetuneOptions): Promise<FinetuneResult> {
  const { folder, trainer } = site;
  const { from, signal, onProgress, validation, validateAt } = options;
  const start = from === 'random' ? undefined : folder.models.get(from);
  const basis = options.plan ?? start?.plan ?? planSchema.parse({});
  const plan = { ...basis, finetuneSteps: options.steps ?? basis.finetuneSteps };
  if (start) requireSameNetwork(start, plan);
  const volumes = labelledVolumes(folder, options.labels, plan.seed);
  const details = { from, volumes: volumes.map(({ id }) => id) };
  const begun = performance.now();
  const finetune = async (run: Run): Promise<FinetuneResult> => {
    const weights = join(run.folder, 'start.safetensors');
    const out = join(run.folder, 'unet.safetensors');
    if (!existsSync(weights)) {
      await trainer.run(
        'initialise',
        { plan, parts: ['encoder', 'decoder'], from: start?.file, out: weights },
        { signal },
      );
    }
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
        validation,
        validateAt,
      },
      {
        signal,
        onProgress: (progress) =>
          onProgress?.({
            ...progress,
            message: progress.loss === undefined ? progress.message : `loss ${progress.loss.toFixed(3)}`,
          }),
      },
    );
    noteTraining(folder, run.id, 1, result);
    const note = `${volumes.length} labelled volumes, ${plan.finetuneSteps} steps, from ${from}`;
    const model = folder.models.save({ kind: 'unet', plan, weights: readWeights(out).weights, run: run.id, note });
    return {
      model: model.id,
      run: run.id,
      volumes: volumes.length,
      loss: result.losses.at(-1) ?? Number.NaN,
      seconds: (performance.now() - begun) / 1000,
      dice: result.dice,
    };
  };
  return locked(folder, 'fine-tuning', () => asRun(folder, { kind: 'finetune', plan, details }, finetune));
}
