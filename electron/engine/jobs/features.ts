import type { FeatureBatch } from '../../../shared/features.ts';
import type { BatchSplit } from '../batch-split.ts';
import type { FeaturesJob } from '../jobs.ts';
import type { PreparedVolumes } from './prepared-volumes.ts';
import { openRound } from './pretraining-round.ts';

/** What the memory bank holds at the beginning of the round, the oldest first. */
export async function features(job: FeaturesJob, volumes: PreparedVolumes, split: BatchSplit): Promise<FeatureBatch> {
  const { pretraining } = await openRound(job, volumes, split);
  const batch = pretraining.bank.batch();
  pretraining.dispose();
  return batch;
}
