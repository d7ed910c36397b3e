/** How well a network does in the middle of its training, on volumes that it does not learn from. */
import { fault } from '../../../shared/errors.ts';
import type { Plan } from '../../../shared/plan.ts';
import { classDice } from '../../learning/scores.ts';
import type { ProbabilityBatch } from '../../learning/segmentation.ts';
import type { SliceSource } from '../../learning/slices.ts';
import { readLabelFile, readVolume } from '../../storage/volume-file.ts';
import type { VolumeFiles } from '../jobs.ts';
import { segmentVolume } from './segment-volume.ts';

interface ValidationDice {
  dice: number; // mean over the labels that were scored
  perLabel: number[]; // mean over the volumes
}

/**
 * Segments each volume on its own grid, whole, and scores it there. Volumes are read anew each time, so that memory does
 * not grow with their number. Throws `engine.no-slices` where a volume has no labels.
 */
export async function validate(
  volumes: VolumeFiles[],
  plan: Plan,
  segment: (slices: SliceSource) => AsyncGenerator<ProbabilityBatch>,
  pause: () => Promise<void>,
): Promise<ValidationDice> {
  const perLabel = plan.labels.map(() => 0);
  for (const { id, image, labels } of volumes) {
    if (labels === undefined) throw fault('engine.no-slices', { what: `volume ${id} has no labels` });
    const { map } = await segmentVolume(readVolume(image), plan, segment, pause);
    const reference = readLabelFile(labels);
    plan.labels.forEach((label, index) => {
      perLabel[index] += classDice(map.voxels, reference.voxels, label) / volumes.length;
    });
  }
  return { dice: perLabel.reduce((sum, value) => sum + value, 0) / perLabel.length, perLabel };
}
