/** The trainer's verbs that work on a site's files, each in a file of its own. */
import type { Plan } from '../../../shared/plan.ts';
import { type BatchSplit, splitToFit } from '../batch-split.ts';
import { startEngine } from '../choice.ts';
import type { TrainerJobs } from '../jobs.ts';
import { memoryBudget, type Phase } from '../memory.ts';
import type { JobContext } from './context.ts';
import { evaluate } from './evaluate.ts';
import { features } from './features.ts';
import { finetune } from './finetune.ts';
import { fit } from './fit.ts';
import { initialise } from './initialise.ts';
import { PreparedVolumes } from './prepared-volumes.ts';
import { pretrain } from './pretrain.ts';
import { segment } from './segment.ts';

/** Prepared volumes are kept from job to job; all else that a job needs, it reads from files. */
export function createJobs(context: JobContext): Omit<TrainerJobs, 'bench' | 'inspect'> {
  const volumes = new PreparedVolumes();
  const announced = new Map<string, number>(); // sub-batches, by a run's state file: its rounds don't say it again

  /** Starts the engine, and gives how a batch fits into its memory. */
  const start = async (phase: Phase, { plan, state }: { plan: Plan; state?: string }): Promise<BatchSplit> => {
    const started = await startEngine(context.engine());
    const { computedOn } = started;
    const split = splitToFit(memoryBudget(started, phase, plan), phase, plan, computedOn);
    context.computing(computedOn);
    if (state === undefined) return split;
    const again = announced.get(state) === split.subBatches;
    announced.set(state, split.subBatches);
    return again ? { ...split, notice: '' } : split;
  };
  return {
    initialise: async (job) => initialise(job),
    features: async (job) => {
      const split = await start('pretraining', { plan: job.plan });
      return features(job, volumes, split);
    },
    pretrain: async (job) => {
      const split = await start('pretraining', job);
      return pretrain(job, volumes, context, split);
    },
    finetune: async (job) => {
      const split = await start('finetuning', job);
      return finetune(job, volumes, context, split);
    },
    segment: async (job) => {
      const split = await start('segmentation', job);
      return segment(job, context, split);
    },
    fit: async (job) => fit(job, await startEngine(context.engine())),
    evaluate: (job) => evaluate(job, context),
  };
}
