/** Whether a model's score against a volume's training labels says something of the model: the one rule for that. */
import type { LeftOut } from '../../shared/api/review.ts';
import type { VolumeRecord } from '../storage/catalogue.ts';
import { hasLearntFrom } from '../storage/lineage.ts';
import type { Model } from '../storage/models.ts';

/**
 * Why a score of this model on this volume is left out of means, or null where it counts. The volume's labels are the
 * reference: made from the output of this model, or of one that it comes from, they agree with it for that reason alone.
 */
export function whyLeftOut(
  { id, lineage }: Pick<Model, 'id' | 'lineage'>,
  { contentHash, labelOrigin }: Pick<VolumeRecord, 'contentHash' | 'labelOrigin'>,
): LeftOut | null {
  const madeFrom = labelOrigin === null ? [] : labelOrigin.models;
  if (madeFrom?.some((model) => model === id || lineage.ancestors.includes(model))) return 'own-output';
  const learnt = hasLearntFrom(lineage, contentHash);
  if (learnt) return 'learnt';
  if (madeFrom === null) return 'reference-unknown';
  return learnt === null ? 'learnt-unknown' : null;
}
