/** What a model said of the site's volumes, how well it did where that can be told, and what people think of it. */
import type { Review, ReviewRow } from '../../shared/api/review.ts';
import { qualityOf } from '../../shared/headline.ts';
import { volumeDice } from '../../shared/score-summary.ts';
import { whyLeftOut } from '../site/reference.ts';
import { hasReference } from '../site/review-picture.ts';
import { type Scoring, score } from '../site/scoring.ts';
import { labelVersion } from '../storage/catalogue.ts';
import type { LabelMapRecord } from '../storage/label-map-record.ts';
import type { Model } from '../storage/models.ts';
import type { SiteFolder } from '../storage/site-folder.ts';

/** Scores against training labels that changed since are made anew. Throws `storage.no-such-model`. */
export async function reviewModel(site: Scoring, id: string): Promise<Review> {
  const rows = await reviewRows(site, id);
  const labels = rows.flatMap(({ scores, volumes }) => [...scores, ...volumes].map(({ label }) => label));
  return { rows, labelNames: site.folder.labelNames.of(labels) };
}

async function reviewRows(site: Scoring, id: string): Promise<ReviewRow[]> {
  const { folder } = site;
  const model = folder.models.get(id);
  await scoreAnew(site, model);
  const rows = folder.labelMaps.predictionsOf(id).map((map): ReviewRow => {
    const volume = folder.volumes.get(map.volume);
    const scores = (hasReference(volume, map) && map.scores?.scores) || [];
    const [x, y, z] = volume.grid.spacing;
    return {
      map: map.id,
      volume: volume.id,
      volumeName: volume.name,
      isDicom: volume.dicomFiles !== undefined,
      verdict: map.verdict,
      judged: map.judged,
      correction: folder.labelMaps.correctionOf(map.id),
      confidence: map.confidence ?? 0,
      dice: volumeDice(scores),
      leftOut: whyLeftOut(model, volume),
      scores,
      volumes: map.counts.map(({ label, voxels }) => ({ label, mm3: voxels * x * y * z })),
      thumbnail: `site/maps/${map.id}/thumbnail.png`,
    };
  });
  return rows.sort((a, b) => qualityOf(a) - qualityOf(b) || (a.volumeName < b.volumeName ? -1 : 1));
}

async function scoreAnew(site: Scoring, model: Model): Promise<void> {
  const { folder } = site;
  const old = folder.labelMaps.predictionsOf(model.id).flatMap((map) => {
    const volume = folder.volumes.get(map.volume);
    const reference = labelVersion(volume);
    return hasReference(volume, map) && map.scores?.reference !== reference ? [{ map, volume, reference }] : [];
  });
  if (old.length === 0) return;
  const pairs = old.map(({ map, volume }) => ({ prediction: fileOf(folder, map), reference: volume.labelFile }));
  const scores = await score(site, { pairs, labels: model.plan.labels });
  for (const [index, { map, reference }] of old.entries()) {
    folder.labelMaps.noteScores(map.id, { reference, scores: scores[index] });
  }
}

function fileOf(folder: SiteFolder, map: LabelMapRecord): string {
  return folder.labelMaps.fileOf(map.id) as string; // a prediction has one
}
