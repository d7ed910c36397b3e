/** One site's part of one round of pre-training, begun or taken up again from its state file. */
import { fault } from '../../../shared/errors.ts';
import { seededRandom } from '../../../shared/random.ts';
import { Pretraining } from '../../learning/pretraining.ts';
import type { BatchSplit } from '../batch-split.ts';
import type { FeaturesJob } from '../jobs.ts';
import { type JobProgress, type RunIdentity, readCheckpoint, startOfJob, writeCheckpoint } from './checkpoint.ts';
import { ENCODER_PARTS, readPlanWeights, weightsHash } from './plan-weights.ts';
import type { PreparedVolumes } from './prepared-volumes.ts';

export interface PretrainingRound {
  pretraining: Pretraining;
  progress: JobProgress;
}

/**
 * Goes on where the state file is, if it is of this round and of these weights. If it is of another round, this one begins
 * with its memory bank, momentum encoder and optimiser. Without a state file everything begins here, with a full bank. The state
 * file is up to date when this returns.
 */
export async function openRound(
  job: FeaturesJob,
  volumes: PreparedVolumes,
  { mostSlices }: BatchSplit,
): Promise<PretrainingRound> {
  const { plan, round, seed } = job;
  if (job.volumes.length === 0) throw fault('engine.no-slices', { what: 'this site has no volumes' });
  const weights = readPlanWeights(job.weights, plan, ENCODER_PARTS);
  const begun = weightsHash(weights);
  const checkpoint = readCheckpoint(job.state, identity(job));
  const same = checkpoint?.progress.position === round && checkpoint.progress.begun === begun;
  if (checkpoint && same) {
    return { pretraining: Pretraining.resume(plan, checkpoint.tensors, mostSlices), progress: checkpoint.progress };
  }
  const opened: PretrainingRound = {
    pretraining:
      checkpoint && round > 1
        ? Pretraining.resume(plan, checkpoint.tensors, mostSlices)
        : new Pretraining(plan, weights, mostSlices),
    progress: startOfJob(round, begun),
  };
  try {
    opened.pretraining.replaceMain(weights);
    if (opened.pretraining.bank.count === 0) {
      const load = (volume: number) => volumes.image(job.volumes[volume], plan);
      await opened.pretraining.fillBank(job.volumes.length, load, seededRandom(seed, 'pretraining', 'bank'));
    }
    await saveRound(job, opened);
    return opened;
  } catch (error) {
    opened.pretraining.dispose();
    throw error;
  }
}

export async function saveRound(job: FeaturesJob, { pretraining, progress }: PretrainingRound): Promise<void> {
  writeCheckpoint(job.state, identity(job), { progress, tensors: await pretraining.state() });
}

function identity({ plan, seed }: FeaturesJob): RunIdentity {
  return { kind: 'pretraining', plan, seed };
}
