import { fault } from '../../../shared/errors.ts';
import { seededRandom } from '../../../shared/random.ts';
import { Finetuning } from '../../learning/finetuning.ts';
import { labelledBatch, labelledSlices, pickSlices } from '../../learning/sampling.ts';
import type { BatchSplit } from '../batch-split.ts';
import type { FinetuneJob, Trained } from '../jobs.ts';
import type { JobContext } from './context.ts';
import { decideEnd, rateShare, stepsIn } from './ending.ts';
import type { PreparedVolumes } from './prepared-volumes.ts';
import { type TrainingJob, train } from './training-loop.ts';
import { labelsOfOneIsland, validate } from './validation.ts';

/** The supervised steps that are not done yet, and the scores asked for on the way. Throws `engine.no-slices`. */
export async function finetune(
  job: FinetuneJob,
  volumes: PreparedVolumes,
  context: JobContext,
  split: BatchSplit,
): Promise<Trained> {
  const { plan, seed, fromStep, validation = [], validateAt = [] } = job;
  const began = performance.now();
  if (job.volumes.length === 0) throw fault('engine.no-slices', { what: 'no volume with labels was given' });
  const shows = job.volumes.map((files) => labelledSlices(volumes.labelled(files, plan)));
  const isWhole = fromStep === 0 && job.steps === plan.finetuneSteps; // else a round of a federated fine-tuning
  const training: TrainingJob<Finetuning> = {
    run: { kind: 'finetuning', plan, seed },
    weights: job.weights,
    state: job.state,
    position: fromStep,
    continues: fromStep > 0,
    began,
    stepsIn: (progress) => (isWhole ? stepsIn(plan, progress) : job.steps),
    decide: (progress) => isWhole && decideEnd(plan, progress),
    volumes: job.volumes.length,
    out: { file: job.out, kind: 'unet', notes: { step: String(fromStep + job.steps) } },
    open: (weights) => new Finetuning(plan, weights, split.mostSlices),
    step: async (model, progress) => {
      const step = fromStep + progress.steps;
      const all = isWhole ? stepsIn(plan, progress) : plan.finetuneSteps;
      model.setRate(rateShare(plan, step, all, progress.fallsFrom));
      const picks = pickSlices(shows, plan.finetuneBatch, step, seed, 'finetuning');
      const picked = new Map(picks.map(({ volume }) => [volume, volumes.labelled(job.volumes[volume], plan)]));
      const random = seededRandom(seed, 'finetuning', step);
      const loss = await model.step(labelledBatch(picked, picks, plan, random));
      return { loss, slices: picks.length };
    },
    labelsOfOneIsland: (model, pause) => labelsOfOneIsland(validation, plan, (slices) => model.segment(slices), pause),
    afterStep: async (model, { steps, dice }, pause) => {
      const step = fromStep + steps;
      const isScored = dice.some((point) => point.step === step);
      if (validation.length === 0 || !validateAt.includes(step) || isScored) return undefined;
      return { step, ...(await validate(validation, plan, (slices) => model.segment(slices), pause)) };
    },
  };
  return train(training, context, split);
}
