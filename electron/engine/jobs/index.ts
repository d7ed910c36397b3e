/** The trainer's verbs that work on a site's files, each in a file of its own. */
import type { Plan } from '../../../shared/plan.ts';
import { startEngine } from '../choice.ts';
import type { TrainerJobs } from '../jobs.ts';
import { type Passes, type Phase, passesIn, roomOn } from '../memory.ts';
import type { JobContext } from './context.ts';
import { evaluate } from './evaluate.ts';
import { features } from './features.ts';
import { finetune } from './finetune.ts';
import { initialise } from './initialise.ts';
import { PreparedVolumes } from './prepared-volumes.ts';
import { pretrain } from './pretrain.ts';
import { segment } from './segment.ts';

/** Prepared volumes are kept from job to job; all else that a job needs, it reads from files. */
export function createJobs(context: JobContext): Omit<TrainerJobs, 'bench' | 'inspect'> {
  const volumes = new PreparedVolumes();
  const told = new Map<string, number>(); // parts, by the state file of a run, so that rounds don't say it again

  /** Starts the engine, and gives how a batch fits into its memory. */
  const start = async (phase: Phase, { plan, state }: { plan: Plan; state?: string }): Promise<Passes> => {
    const started = await startEngine(context.engine());
    const { computedOn } = started;
    const passes = passesIn(roomOn(started, phase, plan), phase, plan, computedOn);
    context.computing(computedOn);
    if (state === undefined) return passes;
    const again = told.get(state) === passes.parts;
    told.set(state, passes.parts);
    return again ? { ...passes, words: '' } : passes;
  };
  return {
    initialise: async (job) => initialise(job),
    features: async (job) => {
      const passes = await start('pretraining', { plan: job.plan });
      return features(job, volumes, passes);
    },
    pretrain: async (job) => {
      const passes = await start('pretraining', job);
      return pretrain(job, volumes, context, passes);
    },
    finetune: async (job) => {
      const passes = await start('finetuning', job);
      return finetune(job, volumes, context, passes);
    },
    segment: async (job) => {
      const passes = await start('segmentation', job);
      return segment(job, context, passes);
    },
    evaluate: (job) => evaluate(job, context),
  };
}
