/**
 * The loop of every training job: begins or goes on from a checkpoint, does the steps that are left, saves and reports
 * between them, and writes the weights. What is trained, and what a step is, each kind of training says in a file of
 * its own.
 */
import type { WeightTensors } from '../../../shared/safetensors.ts';
import { trainedParts } from '../../../shared/weight-shapes.ts';
import type { Training } from '../../learning/training.ts';
import { oneIslandNote, writeWeights } from '../../storage/weight-file.ts';
import type { BatchSplit } from '../batch-split.ts';
import type { Trained, ValidationPoint } from '../jobs.ts';
import { type JobProgress, type RunIdentity, readCheckpoint, startOfJob, writeCheckpoint } from './checkpoint.ts';
import { CheckpointSchedule } from './checkpoint-schedule.ts';
import type { JobContext } from './context.ts';
import { readPlanWeights, weightsHash } from './plan-weights.ts';

/** How a training job begins. */
export interface TrainingStart<Model extends Training> {
  run: RunIdentity;
  weights: string; // file of the weights to begin with
  state: string; // file of the checkpoint
  position: number; // of the job in its run; see JobProgress
  continues: boolean; // the run had a job before, whose state this one begins with, but for the weights
  /** A model that begins with the weights. */
  open(weights: WeightTensors): Model;
  /** Makes what the first step needs; not called where the job goes on. */
  prepare?(model: Model): Promise<void>;
}

export interface TrainingJob<Model extends Training> extends TrainingStart<Model> {
  began: number; // when work on the job began, by `performance.now()`
  /** How many there are, as far as is known now: an end that depends on how training goes is known late. */
  stepsIn(progress: JobProgress): number;
  volumes: number; // trained on
  out: { file: string; kind: 'encoder' | 'unet'; notes: Record<string, string> };
  /** After the last step: labels of which only the largest island is to be kept. */
  labelsOfOneIsland?(model: Model, pause: () => Promise<void>): Promise<number[]>;
  /** The step after those that are done. */
  step(model: Model, progress: Readonly<JobProgress>): Promise<{ loss: number; slices: number }>;
  /** After each step, before it is saved: whether the end is near. What it decides is part of the progress. */
  decide?(progress: JobProgress): void;
  /**
   * Called before the first step as well. The point of the learning curve, where one is due; to be paused now and then.
   */
  afterStep?(model: Model, progress: JobProgress, pause: () => Promise<void>): Promise<ValidationPoint | undefined>;
}

/**
 * The steps that are not done yet. Throws as `openTraining`, and the reason of the context's signal where it aborts.
 */
export async function train<Model extends Training>(
  job: TrainingJob<Model>,
  context: JobContext,
  split: BatchSplit,
): Promise<Trained> {
  const { out } = job;
  const { model, progress } = await openTraining(job);
  const schedule = new CheckpointSchedule(context, () => save(job, model, progress));
  const validate = async () => {
    const point = await job.afterStep?.(model, progress, () => schedule.pause());
    if (!point) return;
    progress.dice.push(point);
    context.report({ step: progress.steps, steps: job.stepsIn(progress), dice: point.dice ?? undefined });
  };
  let oneIsland: number[] = [];
  try {
    if (split.notice) context.report({ step: progress.steps, steps: job.stepsIn(progress), notice: split.notice });
    await validate();
    while (progress.steps < job.stepsIn(progress)) {
      await schedule.pause();
      const { loss, slices } = await job.step(model, progress);
      progress.steps++;
      progress.slices += slices;
      progress.losses.push(loss);
      job.decide?.(progress);
      const steps = job.stepsIn(progress);
      await schedule.stepDone(progress.steps === steps);
      context.report({ step: progress.steps, steps, loss });
      await validate();
    }
    oneIsland = (await job.labelsOfOneIsland?.(model, () => schedule.pause())) ?? [];
    const notes = { ...out.notes, ...oneIslandNote(oneIsland) };
    writeWeights(out.file, await model.result(), { plan: job.run.plan, kind: out.kind, notes });
  } finally {
    model.dispose();
  }
  const { losses, dice, slices } = progress;
  const seconds = (performance.now() - job.began) / 1000;
  return {
    steps: progress.steps,
    losses,
    dice,
    seconds,
    volumes: job.volumes,
    slices,
    parts: split.subBatches,
    oneIsland,
  };
}

/**
 * Goes on where the checkpoint is, if it is of this job and of these weights. If it is of another job of the run, this
 * one begins with all of its state but the weights. Without a checkpoint everything begins here. The checkpoint is up
 * to date when this returns. Throws as `readPlanWeights` and `readCheckpoint`.
 */
export async function openTraining<Model extends Training>(
  job: TrainingStart<Model>,
): Promise<{ model: Model; progress: JobProgress }> {
  const { plan, kind } = job.run;
  const weights = readPlanWeights(job.weights, plan, trainedParts(plan, kind));
  const begun = weightsHash(weights);
  const checkpoint = readCheckpoint(job.state, job.run);
  const same = checkpoint?.progress.position === job.position && checkpoint.progress.begun === begun;
  const model = job.open(weights);
  try {
    if (checkpoint && (same || job.continues)) model.restore(checkpoint.tensors);
    if (checkpoint && same) return { model, progress: checkpoint.progress };
    model.replace(weights);
    await job.prepare?.(model);
    const progress = startOfJob(job.position, begun);
    await save(job, model, progress);
    return { model, progress };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

async function save(
  { state, run }: { state: string; run: RunIdentity },
  model: Training,
  progress: JobProgress,
): Promise<void> {
  writeCheckpoint(state, run, { progress, tensors: await model.state() });
}
