import { fault } from '../../../shared/errors.ts';
import { seededRandom } from '../../../shared/random.ts';
import { Finetuning } from '../../learning/finetuning.ts';
import { labelledBatch, labelledSlices, pickSlices } from '../../learning/sampling.ts';
import { classDice } from '../../learning/scores.ts';
import { writeWeights } from '../../storage/weight-file.ts';
import type { BatchSplit } from '../batch-split.ts';
import type { FinetuneJob, Trained } from '../jobs.ts';
import { type JobProgress, type RunIdentity, readCheckpoint, startOfJob, writeCheckpoint } from './checkpoint.ts';
import { CheckpointSchedule } from './checkpoint-schedule.ts';
import type { JobContext } from './context.ts';
import { readPlanWeights, UNET_PARTS, weightsHash } from './plan-weights.ts';
import type { PreparedVolumes } from './prepared-volumes.ts';

interface Opened {
  finetuning: Finetuning;
  progress: JobProgress;
}

/** The supervised steps that are not done yet, and the scores asked for on the way. */
export async function finetune(
  job: FinetuneJob,
  volumes: PreparedVolumes,
  context: JobContext,
  split: BatchSplit,
): Promise<Trained> {
  const { plan, seed, fromStep } = job;
  const began = performance.now();
  if (job.volumes.length === 0) throw fault('engine.no-slices', { what: 'no volume with labels was given' });
  const opened = await open(job, split);
  const { finetuning, progress } = opened;
  const schedule = new CheckpointSchedule(context, () => save(job, opened));
  try {
    if (split.notice) context.report({ step: progress.steps, steps: job.steps, notice: split.notice });
    const shows = job.volumes.map((files) => labelledSlices(volumes.labelled(files, plan)));
    await validateIfDue(job, opened, volumes, schedule, context);
    while (progress.steps < job.steps) {
      await schedule.pause();
      const step = fromStep + progress.steps;
      const picks = pickSlices(shows, plan.finetuneBatch, step, seed, 'finetuning');
      const picked = new Map(picks.map(({ volume }) => [volume, volumes.labelled(job.volumes[volume], plan)]));
      const random = seededRandom(seed, 'finetuning', step);
      const loss = await finetuning.step(labelledBatch(picked, picks, plan.augmentation, random));
      progress.steps++;
      progress.slices += picks.length;
      progress.losses.push(loss);
      await schedule.stepDone(progress.steps === job.steps);
      context.report({ step: progress.steps, steps: job.steps, loss });
      await validateIfDue(job, opened, volumes, schedule, context);
    }
    const notes = { step: String(fromStep + job.steps) };
    writeWeights(job.out, await finetuning.weights(), { plan, kind: 'unet', notes });
  } finally {
    finetuning.dispose();
  }
  const { steps, losses, dice, slices } = progress;
  const seconds = (performance.now() - began) / 1000;
  return { steps, losses, dice, seconds, volumes: job.volumes.length, slices, parts: split.subBatches };
}

/**
 * Goes on where the state file is, if it is of this part of the run and of these weights. A later part of a federated
 * fine-tuning begins with the optimiser of the part before.
 */
async function open(job: FinetuneJob, { mostSlices }: BatchSplit): Promise<Opened> {
  const weights = readPlanWeights(job.weights, job.plan, UNET_PARTS);
  const begun = weightsHash(weights);
  const checkpoint = readCheckpoint(job.state, identity(job));
  const same = checkpoint?.progress.position === job.fromStep && checkpoint.progress.begun === begun;
  if (checkpoint && same) {
    return { finetuning: Finetuning.resume(job.plan, checkpoint.tensors, mostSlices), progress: checkpoint.progress };
  }
  const opened: Opened = {
    finetuning:
      checkpoint && job.fromStep > 0
        ? Finetuning.resume(job.plan, checkpoint.tensors, mostSlices)
        : new Finetuning(job.plan, weights, mostSlices),
    progress: startOfJob(job.fromStep, begun),
  };
  try {
    opened.finetuning.replace(weights);
    await save(job, opened);
    return opened;
  } catch (error) {
    opened.finetuning.dispose();
    throw error;
  }
}

async function save(job: FinetuneJob, { finetuning, progress }: Opened): Promise<void> {
  writeCheckpoint(job.state, identity(job), { progress, tensors: await finetuning.state() });
}

/** Adds a point to the learning curve: Dice on the plan's pixels, each label's mean over the validation volumes. */
async function validateIfDue(
  job: FinetuneJob,
  { finetuning, progress }: Opened,
  volumes: PreparedVolumes,
  schedule: CheckpointSchedule,
  context: JobContext,
): Promise<void> {
  const { plan, validation = [], validateAt = [] } = job;
  const step = job.fromStep + progress.steps;
  const isScored = progress.dice.some((point) => point.step === step);
  if (validation.length === 0 || !validateAt.includes(step) || isScored) return;
  const perLabel = plan.labels.map(() => 0);
  for (const files of validation) {
    await schedule.pause();
    const volume = volumes.labelled(files, plan);
    const predicted = await finetuning.classify(volume);
    plan.labels.forEach((_, index) => {
      perLabel[index] += classDice(predicted, volume.classes, index + 1) / validation.length;
    });
  }
  const dice = perLabel.reduce((sum, value) => sum + value, 0) / perLabel.length;
  progress.dice.push({ step, dice, perLabel });
  context.report({ step: progress.steps, steps: job.steps, dice });
}

function identity({ plan, seed }: FinetuneJob): RunIdentity {
  return { kind: 'finetuning', plan, seed };
}
