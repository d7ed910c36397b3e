/** Which of the site's volumes a run uses. */
import { fault } from '../../shared/errors.ts';
import { seededRandom, shuffled } from '../../shared/random.ts';
import type { VolumeFiles } from '../engine/jobs.ts';
import type { VolumeRecord } from '../storage/catalogue.ts';
import type { SiteFolder } from '../storage/site-folder.ts';

export { readLabelFile, readVolume } from '../storage/volume-file.ts';

/** A labelled volume's files, for scoring by another site's process on the same machine. */
export type StoredVolume = Required<VolumeFiles>;

/** Every volume, by content, so that the order of import changes no result. Throws `site.no-volumes`. */
export function allVolumes(folder: SiteFolder): VolumeFiles[] {
  const records = byContent(folder.volumes.list());
  if (records.length === 0) throw fault('site.no-volumes', { site: folder.path });
  return records.map(filesOf);
}

/**
 * `count` labelled volumes, chosen by the seed; the choice for a smaller count is contained in that for a larger one.
 * Throws `site.too-few-labels`.
 */
export function labelledVolumes(folder: SiteFolder, count: number | 'all', seed: number): VolumeFiles[] {
  const labelled = byContent(folder.volumes.list()).filter(hasLabels);
  const wanted = count === 'all' ? Math.max(labelled.length, 1) : count;
  if (labelled.length < wanted)
    throw fault('site.too-few-labels', { site: folder.path, wanted, found: labelled.length });
  return shuffled(seededRandom('labelled', seed), labelled).slice(0, wanted).map(filesOf);
}

export function filesOf(record: VolumeRecord): VolumeFiles {
  return { id: record.id, image: record.imageFile, ...(record.labels === null ? {} : { labels: record.labelFile }) };
}

/** A label map without one labelled voxel teaches nothing. */
function hasLabels({ labels }: VolumeRecord): boolean {
  return labels !== null && labels.length > 0;
}

function byContent(records: VolumeRecord[]): VolumeRecord[] {
  return records.toSorted((a, b) => (a.contentHash < b.contentHash ? -1 : 1));
}

/** The labelled volumes of a site, by content. */
export function storedVolumes(folder: SiteFolder): StoredVolume[] {
  return byContent(folder.volumes.list())
    .filter(hasLabels)
    .map(({ id, imageFile, labelFile }) => ({ id, image: imageFile, labels: labelFile }));
}
