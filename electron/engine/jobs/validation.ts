/** How well a network does on volumes that it does not learn from. */
import { fault } from '../../../shared/errors.ts';
import { mean, meanOfKnown } from '../../../shared/mean.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { LabelMap } from '../../../shared/volume.ts';
import { keepLargestIsland } from '../../learning/islands.ts';
import { classDice } from '../../learning/scores.ts';
import type { ProbabilityBatch } from '../../learning/segmentation.ts';
import type { SliceSource } from '../../learning/slices.ts';
import { readLabelFile, readVolume } from '../../storage/volume-file.ts';
import type { ValidationPoint, VolumeFiles } from '../jobs.ts';
import { segmentVolume } from './segment-volume.ts';

type Segment = (slices: SliceSource) => AsyncGenerator<ProbabilityBatch>;

/** The Dice of each volume, whole and on its own grid. Errors as `forEachSegmented`. */
export async function validate(
  volumes: VolumeFiles[],
  plan: Plan,
  segment: Segment,
  pause: () => Promise<void>,
): Promise<Omit<ValidationPoint, 'step'>> {
  const scores: (number | null)[][] = []; // [volume][label]
  await forEachSegmented(volumes, plan, segment, pause, (map, reference) => {
    scores.push(plan.labels.map((label) => classDice(map.voxels, reference.voxels, label)));
  });
  const volumesDice = scores.map(meanOfKnown);
  const perLabel = plan.labels.map((_, index) => meanOfKnown(scores.map((volume) => volume[index])));
  return { dice: meanOfKnown(volumesDice), perLabel, volumes: volumesDice };
}

/**
 * Labels of which only the largest island is to be kept: those whose mean Dice it raises while it lowers no volume's by
 * more than a hundredth (after Isensee et al., Nature Methods 2021). None where there are no volumes to tell by.
 */
export async function labelsOfOneIsland(
  volumes: VolumeFiles[],
  plan: Plan,
  segment: Segment,
  pause: () => Promise<void>,
): Promise<number[]> {
  const gains = plan.labels.map((): number[] => []);
  await forEachSegmented(volumes, plan, segment, pause, ({ grid, voxels }, reference) => {
    plan.labels.forEach((label, index) => {
      const before = classDice(voxels, reference.voxels, label);
      const removed = keepLargestIsland(voxels, grid.size, label);
      const after = removed === 0 ? before : classDice(voxels, reference.voxels, label);
      gains[index].push(before === null || after === null ? 0 : after - before);
    });
  });
  return plan.labels.filter((_, index) => mean(gains[index]) > 0 && Math.min(...gains[index]) >= -0.01);
}

/**
 * Volumes are read anew each time, so that memory does not grow with their number. Throws `engine.no-slices` where one
 * has no labels.
 */
async function forEachSegmented(
  volumes: VolumeFiles[],
  plan: Plan,
  segment: Segment,
  pause: () => Promise<void>,
  take: (map: LabelMap, reference: LabelMap) => void,
): Promise<void> {
  for (const { id, image, labels } of volumes) {
    if (labels === undefined) throw fault('engine.no-slices', { what: `volume ${id} has no labels` });
    const { map } = await segmentVolume(readVolume(image), plan, segment, pause);
    take(map, readLabelFile(labels));
  }
}
