/** The trainer's verbs that work on a site's files, each in a file of its own. */
import type { TrainerJobs } from '../jobs.ts';
import { useWasm } from '../wasm/backend.ts';
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
  return {
    initialise: async (job) => initialise(job),
    features: async (job) => {
      await useWasm();
      return features(job, volumes);
    },
    pretrain: async (job) => {
      await useWasm();
      return pretrain(job, volumes, context);
    },
    finetune: async (job) => {
      await useWasm();
      return finetune(job, volumes, context);
    },
    segment: async (job) => {
      await useWasm();
      return segment(job, context);
    },
    evaluate: (job) => evaluate(job, context),
  };
}
