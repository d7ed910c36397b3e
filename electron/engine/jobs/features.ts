import type { FeatureBatch } from '../../../shared/features.ts';
import type { BatchSplit } from '../batch-split.ts';
import type { FeaturesJob } from '../jobs.ts';
import type { PreparedVolumes } from './prepared-volumes.ts';
import { pretrainingStart } from './pretrain.ts';
import { openTraining } from './training-loop.ts';

/** What of the method may be exchanged at the beginning of the round. */
export async function features(job: FeaturesJob, volumes: PreparedVolumes, split: BatchSplit): Promise<FeatureBatch> {
  const { model } = await openTraining(pretrainingStart(job, volumes, split));
  const batch = model.features();
  model.dispose();
  if (!batch) throw new Error(`${job.plan.method} exchanges no features`);
  return batch;
}
