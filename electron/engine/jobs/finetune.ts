import { fault } from '../../../shared/errors.ts';
import { meanOfKnown } from '../../../shared/mean.ts';
import { seededRandom } from '../../../shared/random.ts';
import { Finetuning } from '../../learning/finetuning.ts';
import { labelledBatch, labelledSlices, pickSlices } from '../../learning/sampling.ts';
import { classDice } from '../../learning/scores.ts';
import type { BatchSplit } from '../batch-split.ts';
import type { FinetuneJob, Trained } from '../jobs.ts';
import type { JobContext } from './context.ts';
import type { PreparedVolumes } from './prepared-volumes.ts';
import { type TrainingJob, train } from './training-loop.ts';

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
  const training: TrainingJob<Finetuning> = {
    run: { kind: 'finetuning', plan, seed },
    weights: job.weights,
    state: job.state,
    position: fromStep,
    continues: fromStep > 0,
    began,
    steps: job.steps,
    volumes: job.volumes.length,
    out: { file: job.out, kind: 'unet', notes: { step: String(fromStep + job.steps) } },
    open: (weights) => new Finetuning(plan, weights, split.mostSlices),
    step: async (model, done) => {
      const step = fromStep + done;
      const picks = pickSlices(shows, plan.finetuneBatch, step, seed, 'finetuning');
      const picked = new Map(picks.map(({ volume }) => [volume, volumes.labelled(job.volumes[volume], plan)]));
      const random = seededRandom(seed, 'finetuning', step);
      const loss = await model.step(labelledBatch(picked, picks, plan.augmentation, random));
      return { loss, slices: picks.length };
    },
    afterStep: async (model, { steps, dice }, pause) => {
      const step = fromStep + steps;
      const isScored = dice.some((point) => point.step === step);
      if (validation.length === 0 || !validateAt.includes(step) || isScored) return undefined;
      const scores: (number | null)[][] = []; // [volume][label], on the plan's pixels
      for (const files of validation) {
        await pause();
        const volume = volumes.labelled(files, plan);
        const predicted = await model.classify(volume);
        scores.push(plan.labels.map((_, index) => classDice(predicted, volume.classes, index + 1)));
      }
      const volumesDice = scores.map(meanOfKnown);
      const perLabel = plan.labels.map((_, index) => meanOfKnown(scores.map((volume) => volume[index])));
      return { step, dice: meanOfKnown(volumesDice), perLabel, volumes: volumesDice };
    },
  };
  return train(training, context, split);
}
