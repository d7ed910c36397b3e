/** Which of the site's volumes a run uses. */
import { fault } from '../../shared/errors.ts';
import { seededRandom, shuffled } from '../../shared/random.ts';
import type { VolumeFiles } from '../engine/jobs.ts';
import type { VolumeRecord } from '../storage/catalogue.ts';
import type { Run } from '../storage/runs.ts';
import type { SiteFolder } from '../storage/site-folder.ts';

export { readLabelFile, readVolume } from '../storage/volume-file.ts';

/** A labelled volume's files, for scoring by another site's process on the same machine. */
export type StoredVolume = Required<VolumeFiles>;

/** Every volume, by content, so that the order of import changes no result. Throws `site.no-volumes`. */
export function allVolumes(folder: SiteFolder): VolumeFiles[] {
  const records = byContent(folder.volumes.list());
  if (records.length === 0) throw fault('site.no-volumes', { site: folder.name });
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
    throw fault('site.too-few-labels', { site: folder.name, wanted, found: labelled.length });
  return shuffled(seededRandom('labelled', seed), labelled).slice(0, wanted).map(filesOf);
}

/**
 * The labelled volumes to learn from, and those kept apart to score it while it learns. Those kept apart are the last
 * of the seed's order, so that another `count` is scored on the same ones. Throws `site.too-few-labels`.
 */
export function splitLabelled(
  folder: SiteFolder,
  count: number | 'all',
  holdOut: number,
  seed: number,
): { learning: VolumeFiles[]; heldOut: VolumeFiles[] } {
  const all = labelledVolumes(folder, 'all', seed);
  const wanted = (count === 'all' ? Math.max(1, all.length - holdOut) : count) + holdOut;
  if (all.length < wanted) throw fault('site.too-few-labels', { site: folder.name, wanted, found: all.length });
  return { learning: all.slice(0, wanted - holdOut), heldOut: all.slice(all.length - holdOut) };
}

/** The volumes that a run noted when it began, by their ids and in that order. Throws `site.run-volumes-gone`. */
export function volumesOfRun(folder: SiteFolder, run: string, ids: string[]): VolumeFiles[] {
  const known = new Map(folder.volumes.list().map((record) => [record.id, record]));
  const gone = ids.filter((volume) => !known.has(volume));
  if (gone.length > 0) throw fault('site.run-volumes-gone', { run, count: gone.length });
  return ids.map((volume) => filesOf(known.get(volume) as VolumeRecord));
}

/**
 * Throws `site.volumes-in-use` where a run at work here, in whichever process, learns from one of these volumes.
 * Segmenting passes over a volume that is gone.
 */
export function requireUnused({ runs, volumes }: SiteFolder, ids: string[]): void {
  for (const run of runs.list()) {
    if (run.state !== 'running' || run.kind === 'segment') continue;
    const used = volumesNoted(run);
    const taken = used ? ids.find((id) => used.includes(id)) : ids[0];
    if (taken !== undefined) throw fault('site.volumes-in-use', { name: volumes.get(taken).name });
  }
}

/** Ids of all volumes that a run works with, those kept apart among them; undefined where it uses whatever is there. */
function volumesNoted(run: Run): string[] | undefined {
  switch (run.kind) {
    case 'finetune':
      return [...run.details.volumes, ...(run.details.holdOut ?? [])];
    case 'federated':
      return undefined;
    default:
      return run.details.volumes;
  }
}

function filesOf(record: VolumeRecord): VolumeFiles {
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
