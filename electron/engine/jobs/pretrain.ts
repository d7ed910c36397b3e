import { seededRandom } from '../../../shared/random.ts';
import { deal } from '../../learning/sampling.ts';
import { writeWeights } from '../../storage/weight-file.ts';
import type { BatchSplit } from '../batch-split.ts';
import type { PretrainJob, Trained } from '../jobs.ts';
import { CheckpointSchedule } from './checkpoint-schedule.ts';
import type { JobContext } from './context.ts';
import type { PreparedVolumes } from './prepared-volumes.ts';
import { openRound, saveRound } from './pretraining-round.ts';

/** The round's contrastive steps that are not done yet. */
export async function pretrain(
  job: PretrainJob,
  volumes: PreparedVolumes,
  context: JobContext,
  split: BatchSplit,
): Promise<Trained> {
  const { plan, round, seed } = job;
  const began = performance.now();
  const opened = await openRound(job, volumes, split);
  const { pretraining, progress } = opened;
  const schedule = new CheckpointSchedule(context, () => saveRound(job, opened));
  try {
    if (split.notice) context.report({ step: progress.steps, steps: plan.stepsPerRound, notice: split.notice });
    while (progress.steps < plan.stepsPerRound) {
      await schedule.pause();
      const dealt = ((round - 1) * plan.stepsPerRound + progress.steps) * plan.volumesPerStep;
      const chosen = deal(job.volumes.length, dealt, plan.volumesPerStep, seed, 'pretraining', 'volumes');
      const { loss, slices } = await pretraining.step(
        chosen.map((volume) => volumes.image(job.volumes[volume], plan)),
        job.remote,
        seededRandom(seed, 'pretraining', round, progress.steps),
      );
      progress.steps++;
      progress.slices += slices;
      progress.losses.push(loss);
      await schedule.stepDone(progress.steps === plan.stepsPerRound);
      context.report({ step: progress.steps, steps: plan.stepsPerRound, loss });
    }
    writeWeights(job.out, await pretraining.weights(), { plan, kind: 'encoder', notes: { round: String(round) } });
  } finally {
    pretraining.dispose();
  }
  const { steps, losses, slices } = progress;
  const seconds = (performance.now() - began) / 1000;
  return { steps, losses, dice: [], seconds, volumes: job.volumes.length, slices, parts: split.subBatches };
}
