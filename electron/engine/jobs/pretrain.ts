import { fault } from '../../../shared/errors.ts';
import { seededRandom } from '../../../shared/random.ts';
import { Pretraining } from '../../learning/pretraining.ts';
import { drawInEpochs } from '../../learning/sampling.ts';
import type { BatchSplit } from '../batch-split.ts';
import type { FeaturesJob, PretrainJob, Trained } from '../jobs.ts';
import type { JobContext } from './context.ts';
import type { PreparedVolumes } from './prepared-volumes.ts';
import { type TrainingJob, type TrainingStart, train } from './training-loop.ts';

/** The round's steps that are not done yet. Throws as `pretrainingStart`. */
export async function pretrain(
  job: PretrainJob,
  volumes: PreparedVolumes,
  context: JobContext,
  split: BatchSplit,
): Promise<Trained> {
  const { plan, round, seed } = job;
  const { stepsPerRound, volumesPerStep } = plan;
  const training: TrainingJob<Pretraining> = {
    ...pretrainingStart(job, volumes, split),
    began: performance.now(),
    stepsIn: () => stepsPerRound,
    volumes: job.volumes.length,
    out: { file: job.out, kind: 'encoder', notes: { round: String(round) } },
    step: (model, { steps: done }) => {
      const position = ((round - 1) * stepsPerRound + done) * volumesPerStep;
      const drawn = drawInEpochs(job.volumes.length, position, volumesPerStep, seed, 'pretraining', 'volumes');
      return model.step(
        drawn.map((volume) => volumes.image(job.volumes[volume], plan)),
        job.remote,
        seededRandom(seed, 'pretraining', round, done),
      );
    },
  };
  return train(training, context, split);
}

/**
 * How a round begins, also where only its features are asked for. Throws `engine.no-slices` where there are no volumes.
 */
export function pretrainingStart(
  { plan, round, seed, weights, state, ...job }: FeaturesJob,
  volumes: PreparedVolumes,
  { mostSlices }: BatchSplit,
): TrainingStart<Pretraining> {
  if (job.volumes.length === 0) throw fault('engine.no-slices', { what: 'this site has no volumes' });
  const load = (volume: number) => volumes.image(job.volumes[volume], plan);
  return {
    run: { kind: 'pretraining', plan, seed },
    weights,
    state,
    position: round,
    continues: round > 1,
    open: (start) => new Pretraining(plan, start, mostSlices),
    prepare: (model) => model.prepare(job.volumes.length, load, seededRandom(seed, 'pretraining', 'bank')),
  };
}
