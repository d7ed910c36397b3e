/**
 * DICOM files to series. Files of several series may lie mixed in one folder, one series in several folders, and names
 * mean nothing: files are grouped by series and picture, and sorted by where their slices lie. ITK reads what it is
 * given, stretching over gaps and taking 1 for a missing spacing, so both are checked here.
 */
import { basename, dirname } from 'node:path';
import { type ErrorCode, fault, type IsocenterError } from '../../shared/errors.ts';
import type { Vector3 } from '../../shared/volume.ts';
import type { SliceFile, TaggedFile } from './dicom-tags.ts';
import { cross, dot } from './geometry.ts';

export interface Series {
  name: string; // neutral: the folder and how many slices; unique among the series of one call
  folder: string;
  slices: SliceFile[]; // in order of position, or the one file of a multi-frame object
}

interface GroupedSeries {
  series: Series[];
  refused: { path: string; error: IsocenterError }[];
}

const SAME_PLACE = 0.01; // mm; slices closer than this lie at the same place
const EVENNESS = 0.1; // of the distance between slices; a missing one doubles it
const DRIFT = 1e-2; // sideways for each mm along the stack; a gantry tilt of half a degree

/**
 * Files without slices are passed over. A series that a damaged file belongs to is refused: it would lack that slice.
 */
export function groupSeries(files: TaggedFile[]): GroupedSeries {
  const groups = new Map<string, SliceFile[]>();
  const damaged = new Set<string>();
  const refused: GroupedSeries['refused'] = [];
  for (const file of files) {
    if (file === null) continue;
    if ('mentions' in file) {
      for (const identifier of file.mentions) damaged.add(identifier);
      refused.push({ path: file.file, error: fault('imaging.truncated', { file: basename(file.file) }) });
      continue;
    }
    const key = pictureKey(file);
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  const series: Series[] = [];
  const names = new Map<string, number>();
  for (const group of groups.values()) {
    const { slices, copies } = withoutCopies(group);
    for (const [copy, original] of copies) {
      const details = { file: basename(copy.file), other: basename(original.file) };
      refused.push({ path: copy.file, error: fault('imaging.duplicate', details) });
    }
    const folder = dirname(slices[0].file);
    const count = slices.length === 1 ? slices[0].frames : slices.length;
    const plain = `${basename(folder)}, ${count} ${count === 1 ? 'slice' : 'slices'}`;
    const uses = (names.get(plain) ?? 0) + 1;
    names.set(plain, uses);
    const name = uses === 1 ? plain : `${plain} (${uses})`;
    const details = { file: name, modality: slices[0].modality || 'unknown' };
    const code = damaged.has(slices[0].series) ? 'imaging.truncated' : refusal(slices);
    if (code !== null)
      refused.push({ path: slices.length === 1 ? slices[0].file : folder, error: fault(code, details) });
    else series.push({ name, folder, slices: slices.length === 1 ? slices : sorted(slices) });
  }
  return { series, refused };
}

/** Slices that can make one volume share this: series, size and direction, and for a multi-frame object the object. */
function pictureKey({ series, instance, rows, columns, frames, across, down }: SliceFile): string {
  const directions = [...(across ?? []), ...(down ?? [])].map((value) => value.toFixed(3).replace('-0.000', '0.000'));
  return [series, rows, columns, ...directions, frames > 1 ? instance : ''].join('|');
}

function withoutCopies(files: SliceFile[]): { slices: SliceFile[]; copies: [SliceFile, SliceFile][] } {
  const originals = new Map<string, SliceFile>();
  const copies: [SliceFile, SliceFile][] = [];
  for (const file of files) {
    const original = originals.get(file.instance);
    if (original !== undefined && file.instance !== '') copies.push([file, original]);
    else originals.set(file.instance === '' ? file.file : file.instance, file);
  }
  return { slices: [...originals.values()], copies };
}

function refusal(slices: SliceFile[]): ErrorCode | null {
  const [first] = slices;
  if (first.modality === 'SEG') return 'imaging.dicom-not-an-image';
  if (first.samples > 1) return 'imaging.colour';
  if (first.frames > 1) return null; // its geometry lies deeper than the tags that are read; checked after reading
  if (slices.length === 1) return 'imaging.two-dimensional';
  if (slices.some(({ position, across, down }) => !position || !across || !down)) return 'imaging.dicom-no-position';
  const isLength = (length: number) => Number.isFinite(length) && length > 0;
  if (slices.some(({ spacing }) => spacing.length !== 2 || !spacing.every(isLength))) return 'imaging.no-spacing';
  return stackRefusal(sorted(slices));
}

function stackRefusal(slices: SliceFile[]): ErrorCode | null {
  const steps = slices.slice(1).map((slice, index) => placeOf(slice) - placeOf(slices[index]));
  if (steps.some((step) => step < SAME_PLACE)) return 'imaging.dicom-repeated-positions';
  const usual = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)];
  if (steps.some((step) => Math.abs(step - usual) > EVENNESS * usual)) return 'imaging.dicom-missing-slices';
  const first = slices[0].position as Vector3;
  const last = slices[slices.length - 1].position as Vector3;
  const path = last.map((value, axis) => value - first[axis]) as Vector3;
  const normal = normalOf(slices[0]);
  const along = dot(path, normal);
  const sideways = Math.hypot(...path.map((value, axis) => value - along * normal[axis]));
  return sideways > DRIFT * along ? 'imaging.sheared' : null;
}

function sorted(slices: SliceFile[]): SliceFile[] {
  return slices.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** Where a slice lies along the stack, in mm. */
function placeOf(slice: SliceFile): number {
  return dot(slice.position as Vector3, normalOf(slice));
}

function normalOf({ across, down }: SliceFile): Vector3 {
  return cross(across as Vector3, down as Vector3);
}
