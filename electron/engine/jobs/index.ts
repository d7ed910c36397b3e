/** The trainer's verbs that work on a site's files, each in a file of its own. */
import { startEngine } from '../choice.ts';
import type { TrainerJobs } from '../jobs.ts';
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
  const start = async () => {
    const { computedOn } = await startEngine(context.engine());
    context.computing(computedOn);
  };
  return {
    initialise: async (job) => initialise(job),
    features: async (job) => {
      await start();
      return features(job, volumes);
    },
    pretrain: async (job) => {
      await start();
      return pretrain(job, volumes, context);
    },
    finetune: async (job) => {
      await start();
      return finetune(job, volumes, context);
    },
    segment: async (job) => {
      await start();
      return segment(job, context);
    },
    evaluate: (job) => evaluate(job, context),
  };
}
