/** How well a network does on volumes that it does not learn from. */
import { fault } from '../../../shared/errors.ts';
import { mean } from '../../../shared/mean.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { LabelMap } from '../../../shared/volume.ts';
import { keepLargestIsland } from '../../learning/islands.ts';
import { classDice } from '../../learning/scores.ts';
import type { ProbabilityBatch } from '../../learning/segmentation.ts';
import type { SliceSource } from '../../learning/slices.ts';
import { readLabelFile, readVolume } from '../../storage/volume-file.ts';
import type { VolumeFiles } from '../jobs.ts';
import { segmentVolume } from './segment-volume.ts';

type Segment = (slices: SliceSource) => AsyncGenerator<ProbabilityBatch>;

interface ValidationDice {
  dice: number; // mean over the labels
  perLabel: number[]; // mean over the volumes
}

/** Each label's mean Dice over the volumes, whole and on their own grids. Errors as `forEachSegmented`. */
export async function validate(
  volumes: VolumeFiles[],
  plan: Plan,
  segment: Segment,
  pause: () => Promise<void>,
): Promise<ValidationDice> {
  const scores = plan.labels.map((): number[] => []);
  await forEachSegmented(volumes, plan, segment, pause, (map, reference) => {
    plan.labels.forEach((label, index) => {
      scores[index].push(classDice(map.voxels, reference.voxels, label));
    });
  });
  const perLabel = scores.map(mean);
  return { dice: mean(perLabel), perLabel };
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
      gains[index].push(removed === 0 ? 0 : classDice(voxels, reference.voxels, label) - before);
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
