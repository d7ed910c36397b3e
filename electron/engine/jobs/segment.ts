import * as tf from '@tensorflow/tfjs';
import { networkSettings } from '../../../shared/plan.ts';
import { trainedParts } from '../../../shared/weight-shapes.ts';
import { keepLargestIsland } from '../../learning/islands.ts';
import { segmentSlices } from '../../learning/segmentation.ts';
import { toVariables } from '../../learning/variables.ts';
import { readVolume, writeLabelFile } from '../../storage/volume-file.ts';
import { oneIslandLabels, readWeights } from '../../storage/weight-file.ts';
import type { BatchSplit } from '../batch-split.ts';
import type { Segmented, SegmentJob } from '../jobs.ts';
import { type JobContext, pause } from './context.ts';
import { fitting } from './plan-weights.ts';
import { segmentVolume } from './segment-volume.ts';

/** Writes a label map on the grid of each volume, in which every voxel is answered. */
export async function segment(job: SegmentJob, context: JobContext, { mostSlices }: BatchSplit): Promise<Segmented> {
  const { plan, volumes } = job;
  const sight = { network: networkSettings(plan), side: plan.inputSize, mostWindows: mostSlices };
  const began = performance.now();
  const { weights, notes } = readWeights(job.weights);
  const oneIsland = oneIslandLabels(notes);
  const unet = toVariables(fitting(weights, job.weights, plan, trainedParts(plan, 'finetuning')));
  const confidence: (number | null)[] = [];
  let slices = 0;
  try {
    for (const [index, { image, out }] of volumes.entries()) {
      const segmented = await segmentVolume(
        readVolume(image),
        plan,
        (source) => segmentSlices(unet, source, sight),
        async (done, of) => {
          await pause(context);
          if (done < of) {
            context.report({ step: index, steps: volumes.length, message: `slice ${done} of ${of}` });
          }
        },
      );
      const { voxels, probability } = segmented.certainty;
      for (const label of oneIsland) keepLargestIsland(segmented.map.voxels, segmented.map.grid.size, label);
      writeLabelFile(out, segmented.map);
      confidence.push(voxels === 0 ? null : Math.min(1, probability / voxels));
      slices += segmented.slices;
      context.report({ step: index + 1, steps: volumes.length });
    }
  } finally {
    tf.dispose(unet);
  }
  return { slices, confidence, seconds: (performance.now() - began) / 1000 };
}
