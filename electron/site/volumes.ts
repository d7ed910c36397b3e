/** Which of the site's volumes a run uses. */

import type { CohortRole } from '../../shared/cohorts.ts';
import { fault } from '../../shared/errors.ts';
import { seededRandom, shuffled } from '../../shared/random.ts';
import type { VolumeFiles } from '../engine/jobs.ts';
import type { VolumeRecord } from '../storage/catalogue.ts';
import type { Cohort } from '../storage/cohorts.ts';
import { type Lineage, lineageOfVolumes } from '../storage/lineage.ts';
import type { Model } from '../storage/models.ts';
import type { Run } from '../storage/runs.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import { whyLeftOut } from './reference.ts';

export { readLabelFile, readVolume } from '../storage/volume-file.ts';

/** A labelled volume's files, for scoring by another site's process on the same machine. */
export type StoredVolume = Required<VolumeFiles>;

/**
 * The volumes that may be learnt from, by content, so that the order of import changes no result: of a training cohort,
 * or without one, all that are in no validation or held-out cohort. Samples are left out where there is any other.
 * Throws `site.no-volumes`, `site.nothing-to-learn-from`, and as `requireRole`.
 */
export function allVolumes(folder: SiteFolder, cohort?: string): VolumeFiles[] {
  const records = trainable(folder, cohort);
  if (records.length > 0) return records.map(filesOf);
  const { volumes } = folder.volumes.count();
  throw volumes === 0
    ? fault('site.no-volumes', { site: folder.name })
    : fault('site.nothing-to-learn-from', { volumes, where: placeOf(folder, cohort) });
}

/**
 * `count` labelled volumes of those that may be learnt from, chosen by the seed; the choice for a smaller count is
 * contained in that for a larger one. Throws `site.too-few-labels`, and as `requireRole`.
 */
export function labelledVolumes(
  folder: SiteFolder,
  count: number | 'all',
  seed: number,
  cohort?: string,
): VolumeFiles[] {
  const order = labelledInOrder(folder, seed, cohort);
  const wanted = count === 'all' ? Math.max(order.length, 1) : count;
  requireEnough(folder, cohort, wanted, order.length);
  return order.slice(0, wanted).map(filesOf);
}

/** What a fine-tuning learns from and is scored on while it learns. */
export interface Split {
  count: number | 'all'; // labelled volumes to learn from
  seed: number;
  cohort?: string; // to learn from
  holdOut: number; // of the labelled volumes; with a validation cohort 0
  validation?: string; // cohort to score on
  start?: Model; // absent: random weights
}

/**
 * The labelled volumes to learn from, and those kept apart to score it while it learns: the last of the seed's order, so
 * that another `count` is scored on the same ones, or the labelled ones of a validation cohort. What the start has learnt
 * from, or has made the labels of, is never among those kept apart: others take its place.
 *
 * Throws `site.too-few-labels`; `site.validation-seen` where too few others are left; and as `requireRole`.
 */
export function splitLabelled(
  folder: SiteFolder,
  { count, seed, cohort, holdOut, validation, start }: Split,
): { learning: VolumeFiles[]; heldOut: VolumeFiles[] } {
  const order = labelledInOrder(folder, seed, cohort);
  const wanted = (count === 'all' ? Math.max(1, order.length - holdOut) : count) + holdOut;
  requireEnough(folder, cohort, wanted, order.length);
  const candidates =
    validation === undefined
      ? order
      : validationVolumes(folder, validation).filter(({ sample }) => sample === order[0].sample);
  const least = validation === undefined ? holdOut : 1;
  const fair = candidates.filter((record) => isFair(start, record));
  if (fair.length < least) {
    const place = placeOf(folder, validation ?? cohort);
    throw start && candidates.length >= least
      ? fault('site.validation-seen', { model: start.id, where: place, wanted: least, found: fair.length })
      : fault('site.too-few-labels', { where: place, wanted: least, found: fair.length });
  }
  const heldOut = validation === undefined ? fair.slice(fair.length - holdOut) : fair;
  const learning = order.filter((record) => !heldOut.includes(record)).slice(0, wanted - holdOut);
  return { learning: learning.map(filesOf), heldOut: heldOut.map(filesOf) };
}

/** How much a run could learn from; `unseen`: labelled volumes that `splitLabelled` could hold out. */
export function learnable(folder: SiteFolder, cohort?: string, start?: Model) {
  const records = trainable(folder, cohort);
  const labelled = records.filter(hasLabels);
  return {
    volumes: records.length,
    labelled: labelled.length,
    unseen: labelled.filter((record) => isFair(start, record)).length,
    samples: records.length > 0 && records.every(({ sample }) => sample),
  };
}

/** What a validation cohort has for `splitLabelled`. */
export function validatable(folder: SiteFolder, cohort: string, start: Model | undefined) {
  const labelled = validationVolumes(folder, cohort);
  return { labelled: labelled.length, unseen: labelled.filter((record) => isFair(start, record)).length };
}

/** Of what learnt from these volumes. */
export function lineageOf({ volumes }: SiteFolder, files: VolumeFiles[]): Lineage {
  return lineageOfVolumes(files.map(({ id }) => volumes.get(id)));
}

/** Whether volumes are samples, which a run that learns from them says of itself. Never some and some not. */
export function areSamples({ volumes }: SiteFolder, files: VolumeFiles[]): boolean {
  return files.length > 0 && files.every(({ id }) => volumes.get(id).sample);
}

/** "4 labelled volumes", "4 labelled volumes of the cohort tumours, samples": what a run or a federation learns from. */
export function learningWords(folder: SiteFolder, what: string, files: VolumeFiles[], cohort?: string): string {
  const of = cohort === undefined ? '' : ` of the cohort ${cohort}`;
  return `${files.length} ${what}${of}${areSamples(folder, files) ? ', made-up samples' : ''}`;
}

/** The volumes that a run noted when it began, by their ids and in that order. Throws `site.run-volumes-gone`. */
export function volumesOfRun(folder: SiteFolder, run: string, ids: string[]): VolumeFiles[] {
  return recordsOfRun(folder, run, ids).map(filesOf);
}

/** As `volumesOfRun`, to learn from. Throws `site.run-volume-held-out` where one was put into such a cohort since. */
export function learningVolumesOfRun(folder: SiteFolder, run: string, ids: string[]): VolumeFiles[] {
  const records = recordsOfRun(folder, run, ids);
  const heldOut = folder.cohorts.list().filter(({ role }) => role === 'held-out');
  for (const { name, contentHash } of records) {
    const cohort = heldOut.find(({ contents }) => contents.has(contentHash));
    if (cohort) throw fault('site.run-volume-held-out', { run, volume: name, cohort: cohort.name });
  }
  return records.map(filesOf);
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

function recordsOfRun({ volumes }: SiteFolder, run: string, ids: string[]): VolumeRecord[] {
  const known = new Map(volumes.list().map((record) => [record.id, record]));
  const gone = ids.filter((volume) => !known.has(volume));
  if (gone.length > 0) throw fault('site.run-volumes-gone', { run, count: gone.length });
  return ids.map((volume) => known.get(volume) as VolumeRecord);
}

/** What may be learnt from: no sample beside patients, and without a cohort nothing that is kept apart. */
export function trainable(folder: SiteFolder, cohort?: string): VolumeRecord[] {
  const records = byContent(folder.volumes.list());
  if (cohort !== undefined) {
    const { contents } = requireRole(folder, cohort, 'training');
    const chosen = records.filter(({ contentHash }) => contents.has(contentHash));
    return chosen.some(({ sample }) => !sample) ? chosen.filter(({ sample }) => !sample) : chosen;
  }
  const kept = new Set(
    folder.cohorts.list().flatMap(({ role, contents }) => (role === 'training' ? [] : [...contents])),
  );
  const onlySamples = records.every(({ sample }) => sample);
  return records.filter(({ contentHash, sample }) => !kept.has(contentHash) && sample === onlySamples);
}

function labelledInOrder(folder: SiteFolder, seed: number, cohort: string | undefined): VolumeRecord[] {
  return shuffled(seededRandom('labelled', seed), trainable(folder, cohort).filter(hasLabels));
}

/** Random weights have seen nothing. */
function isFair(start: Model | undefined, record: VolumeRecord): boolean {
  return start === undefined || whyLeftOut(start, record) === null;
}

function validationVolumes(folder: SiteFolder, cohort: string): VolumeRecord[] {
  const { contents } = requireRole(folder, cohort, 'validation');
  return byContent(folder.volumes.list()).filter((record) => contents.has(record.contentHash) && hasLabels(record));
}

/** Throws `storage.no-such-cohort`, and `site.cohort-of-other-role` where the cohort is for something else. */
function requireRole({ cohorts }: SiteFolder, name: string, role: CohortRole): Cohort {
  const cohort = cohorts.get(name);
  if (cohort.role !== role) throw fault('site.cohort-of-other-role', { cohort: name, role: cohort.role, wanted: role });
  return cohort;
}

function requireEnough(folder: SiteFolder, cohort: string | undefined, wanted: number, found: number): void {
  if (found < wanted) throw fault('site.too-few-labels', { where: placeOf(folder, cohort), wanted, found });
}

function placeOf({ name }: SiteFolder, cohort: string | undefined): string {
  return cohort === undefined ? `site ${name}` : `cohort ${cohort}`;
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
