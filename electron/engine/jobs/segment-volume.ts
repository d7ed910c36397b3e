/** A label map of a whole volume, on its own grid, from a network that sees windows of its slices. */
import type { Plan } from '../../../shared/plan.ts';
import type { LabelMap, Volume } from '../../../shared/volume.ts';
import { SliceReader } from '../../imaging/prepare.ts';
import { type Certainty, emptyLabelMap, restoreProbabilities } from '../../imaging/restore.ts';
import type { ProbabilityBatch } from '../../learning/segmentation.ts';
import type { SliceSource } from '../../learning/slices.ts';

export interface VolumeSegmentation {
  map: LabelMap;
  certainty: Certainty; // of the labelled voxels
  slices: number;
}

/**
 * `segment` gives the class probabilities of slices in turn. The volume is held once, its slices some at a time: besides the
 * volume and the label map memory does not grow with the number of slices. `pause` is called between batches of slices.
 */
export async function segmentVolume(
  volume: Volume,
  plan: Plan,
  segment: (slices: SliceSource) => AsyncGenerator<ProbabilityBatch>,
  pause: (done: number, slices: number) => Promise<void>,
): Promise<VolumeSegmentation> {
  const reader = new SliceReader(volume, plan);
  const map = emptyLabelMap(volume);
  const certainty: Certainty = { voxels: 0, probability: 0 };
  for await (const batch of segment(reader)) {
    const { voxels, probability } = restoreProbabilities(batch.probabilities, batch.from, map, plan);
    certainty.voxels += voxels;
    certainty.probability += probability;
    await pause(batch.from + batch.count, reader.count);
  }
  return { map, certainty, slices: reader.count };
}
