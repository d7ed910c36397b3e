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
  const start = () => startEngine(context.engine());
  return {
    initialise: async (job) => initialise(job),
    features: async (job) => {
      await start();
      return features(job, volumes);
    },
    pretrain: async (job) => {
      const { computedOn } = await start();
      return { ...(await pretrain(job, volumes, context)), computedOn };
    },
    finetune: async (job) => {
      const { computedOn } = await start();
      return { ...(await finetune(job, volumes, context)), computedOn };
    },
    segment: async (job) => {
      const { computedOn } = await start();
      return { ...(await segment(job, context)), computedOn };
    },
    evaluate: (job) => evaluate(job, context),
  };
}
