import * as tf from '@tensorflow/tfjs';
import { networkSettings } from '../../../shared/plan.ts';
import { trainedParts } from '../../../shared/weight-shapes.ts';
import { prepareImage } from '../../imaging/prepare.ts';
import { emptyLabelMap, restoreProbabilities } from '../../imaging/restore.ts';
import { segmentSlices } from '../../learning/segmentation.ts';
import { toVariables } from '../../learning/variables.ts';
import { readVolume, writeLabelFile } from '../../storage/volume-file.ts';
import type { BatchSplit } from '../batch-split.ts';
import type { Segmented, SegmentJob } from '../jobs.ts';
import { type JobContext, pause } from './context.ts';
import { readPlanWeights } from './plan-weights.ts';

/** Writes a label map on the grid of each volume; what the plan's crop leaves out is background. */
export async function segment(job: SegmentJob, context: JobContext, { mostSlices }: BatchSplit): Promise<Segmented> {
  const { plan } = job;
  const settings = networkSettings(plan);
  const began = performance.now();
  const unet = toVariables(readPlanWeights(job.weights, plan, trainedParts(plan, 'finetuning')));
  const confidence: (number | null)[] = [];
  let slices = 0;
  try {
    for (const [index, { image, out }] of job.volumes.entries()) {
      const volume = readVolume(image);
      const map = emptyLabelMap(volume);
      const sure = { voxels: 0, probability: 0 };
      for await (const batch of segmentSlices(unet, prepareImage(volume, plan), settings, mostSlices)) {
        const { voxels, probability } = restoreProbabilities(batch.probabilities, batch.from, map, plan);
        sure.voxels += voxels;
        sure.probability += probability;
        slices += batch.count;
        await pause(context);
      }
      writeLabelFile(out, map);
      confidence.push(sure.voxels === 0 ? null : Math.min(1, sure.probability / sure.voxels));
      context.report({ step: index + 1, steps: job.volumes.length });
    }
  } finally {
    tf.dispose(unet);
  }
  return { slices, confidence, seconds: (performance.now() - began) / 1000 };
}
