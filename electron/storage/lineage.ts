/**
 * What a model comes from: the volumes that it and its ancestors learnt from at this site, by content, so that neither
 * removing a volume nor importing it again makes it unseen. Immutable values.
 */
import { z } from 'zod';

export const lineageSchema = z.strictObject({
  ancestors: z.array(z.string()), // ids of its start, that one's start, and so on; may be gone by now
  volumes: z.array(z.string()), // their `contentHash`, see shared/content-hash.ts
  complete: z.boolean(), // false where more may have been learnt from than is noted
});
export type Lineage = z.infer<typeof lineageSchema>;

/** Of random weights. */
export const nothingLearnt: Lineage = { ancestors: [], volumes: [], complete: true };

/** Of weights from elsewhere. */
export const unknownLineage: Lineage = { ancestors: [], volumes: [], complete: false };

/** Of what begins with this model. */
export function lineageFrom({ id, lineage }: { id: string; lineage: Lineage }): Lineage {
  return { ...lineage, ancestors: [id, ...lineage.ancestors] };
}

/** Of what learnt from volumes of these contents. */
export function lineageOfVolumes(volumes: { contentHash: string }[]): Lineage {
  return { ...nothingLearnt, volumes: volumes.map(({ contentHash }) => contentHash) };
}

/** All of each, in that order, nothing twice. */
export function joinLineages(...lineages: Lineage[]): Lineage {
  return {
    ancestors: [...new Set(lineages.flatMap(({ ancestors }) => ancestors))],
    volumes: [...new Set(lineages.flatMap(({ volumes }) => volumes))],
    complete: lineages.every(({ complete }) => complete),
  };
}

/** Whether a volume was learnt from; null where that is not known. */
export function hasLearntFrom({ volumes, complete }: Lineage, contentHash: string): boolean | null {
  if (volumes.includes(contentHash)) return true;
  return complete ? false : null;
}
