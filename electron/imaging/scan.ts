/**
 * Files and folders as people have them, to volumes: finds images, label maps and DICOM series, pairs them, and says of
 * everything else what it is and what to do. One broken file never stops the rest, and one volume at a time is in
 * memory.
 */
import { basename, dirname } from 'node:path';
import { contentHash } from '../../shared/content-hash.ts';
import { type ErrorCode, fault, type IsocenterError, isFault } from '../../shared/errors.ts';
import type { LabelMap, Volume } from '../../shared/volume.ts';
import { groupSeries, type Series } from './dicom-series.ts';
import type { TaggedFile } from './dicom-tags.ts';
import { type FileKind, readHead } from './file-kind.ts';
import { readImage, readLabelMap, readSeries, readSliceTags } from './files.ts';
import { sameGrid } from './geometry.ts';
import { dataFile } from './header.ts';
import { looksLikeLabels, pairLabels, stemOf } from './pairing.ts';
import { walk } from './walk.ts';

export interface ImportItem {
  name: string; // the file's, without ending, or a neutral description of a DICOM series; unique in one scan
  path: string; // of the file, or of the folder of a DICOM series. For the local catalogue only
  format: 'nifti' | 'nrrd' | 'meta' | 'dicom';
  dicomFiles?: string[]; // paths of a series' files in the order of its slices; local, too
  modality?: string; // what DICOM said of the series, such as `CT`
  volume: Volume;
  hash: string; // `contentHash`
  labels?: LabelMap;
  labelPath?: string;
}

export interface ImportProblem {
  path: string; // for this machine's person and catalogue only
  code: ErrorCode;
  message: string;
  next: string;
  notice: boolean; // true where nothing was refused: an image without labels
}

export type ScanEvent =
  | { kind: 'progress'; phase: 'finding' | 'reading'; done: number; total: number } // files, then images
  | { kind: 'item'; item: ImportItem }
  | { kind: 'problem'; problem: ImportProblem };

/** An image to be read, before its voxels are. */
interface Source {
  name: string;
  path: string;
  format: ImportItem['format'];
  series?: Series;
}

const TAGS_AT_ONCE = 64; // DICOM files between two progress reports

/**
 * `labelPaths` name files and folders of label maps; others are recognised as `pairing.ts` says. Throws only the
 * signal's reason, when it aborts.
 */
export async function* scanSources(
  paths: string[],
  labelPaths: string[] = [],
  signal?: AbortSignal,
): AsyncGenerator<ScanEvent> {
  const walked = await walk(paths, signal);
  const named = await walk(labelPaths, signal);
  const folders = new Set([...walked.folders, ...named.folders]);
  for (const { path, error } of [...walked.missing, ...named.missing]) yield problem(path, error);

  const explicit = new Set(named.files);
  const files = [...new Set([...walked.files, ...named.files])];
  const sources: Source[] = [];
  const labelFiles: string[] = [];
  const dicomFiles: string[] = [];
  const others: string[] = [];
  const data = new Set<string>(); // voxels that a header beside them names
  let done = 0;
  for (const file of files) {
    signal?.throwIfAborted();
    yield { kind: 'progress', phase: 'finding', done: done++, total: files.length };
    let kind: FileKind;
    try {
      const head = await readHead(file);
      kind = head.kind;
      const beside = dataFile(file, head);
      if (beside !== undefined) data.add(beside);
    } catch (error) {
      yield problem(file, asFault(error, file));
      continue;
    }
    if (kind === 'other' || (kind === 'dicom' && explicit.has(file))) others.push(file);
    else if (kind === 'dicom') dicomFiles.push(file);
    else if (explicit.has(file) || looksLikeLabels(file, folders)) labelFiles.push(file);
    else sources.push({ name: stemOf(file), path: file, format: kind });
  }
  for (const file of others) {
    if (!data.has(file)) yield problem(file, fault('imaging.not-an-image', { file: basename(file) }));
  }

  const tagged: TaggedFile[] = [];
  for (let start = 0; start < dicomFiles.length; start += TAGS_AT_ONCE) {
    signal?.throwIfAborted();
    yield { kind: 'progress', phase: 'finding', done: files.length - dicomFiles.length + start, total: files.length };
    const chunk = dicomFiles.slice(start, start + TAGS_AT_ONCE);
    for (const [index, slice] of (await readSliceTags(chunk)).entries()) {
      tagged.push(slice);
      if (slice === null) {
        const details = { file: basename(chunk[index]), modality: 'a report or a directory' };
        yield problem(chunk[index], fault('imaging.dicom-not-an-image', details));
      }
    }
  }
  const grouped = groupSeries(tagged);
  for (const { path, error } of grouped.refused) yield problem(path, error);
  for (const series of grouped.series) {
    sources.push({ name: series.name, path: series.folder, format: 'dicom', series });
  }

  yield* readSources(uniquelyNamed(sources), labelFiles, folders, signal);
  yield { kind: 'progress', phase: 'reading', done: sources.length, total: sources.length };
}

async function* readSources(
  sources: Source[],
  labelFiles: string[],
  folders: ReadonlySet<string>,
  signal?: AbortSignal,
): AsyncGenerator<ScanEvent> {
  const images = sources.map(({ path, series }) => ({ path, isSeries: series !== undefined }));
  const labelOf = new Map<string, string>(); // label map by image
  for (const { path, candidates } of pairLabels(labelFiles, images, folders)) {
    const file = basename(path);
    const [image] = candidates;
    const other = labelOf.get(image);
    if (candidates.length === 0) yield problem(path, fault('imaging.image-missing', { file }));
    else if (candidates.length > 1) {
      yield problem(path, fault('imaging.label-ambiguous', { file, count: candidates.length }));
    } else if (other !== undefined)
      yield problem(path, fault('imaging.label-surplus', { file, other: basename(other) }));
    else labelOf.set(image, path);
  }

  const seen = new Map<string, string>(); // name by hash of an image
  for (const [index, source] of sources.entries()) {
    signal?.throwIfAborted();
    yield { kind: 'progress', phase: 'reading', done: index, total: sources.length };
    const labelPath = labelOf.get(source.path);
    let volume: Volume;
    let hash: string;
    try {
      volume = await (source.series ? readSeries(source.series) : readImage(source.path));
      hash = contentHash(volume);
      const other = seen.get(hash);
      if (other !== undefined) throw fault('imaging.duplicate', { file: source.name, other });
      seen.set(hash, source.name);
    } catch (error) {
      yield problem(source.path, asFault(error, source.path));
      if (labelPath !== undefined) {
        yield problem(labelPath, fault('imaging.image-missing', { file: basename(labelPath) }));
      }
      continue;
    }
    const { name, path, format, series } = source;
    const item: ImportItem = { name, path, format, volume, hash };
    if (series) {
      item.dicomFiles = series.slices.map(({ file }) => file);
      item.modality = series.slices[0].modality || undefined;
    }
    if (labelPath === undefined) yield problem(path, fault('imaging.label-missing', { file: name }), true);
    else {
      try {
        item.labels = await labelsFor(volume, labelPath, name);
        item.labelPath = labelPath;
      } catch (error) {
        yield problem(labelPath, asFault(error, labelPath));
      }
    }
    yield { kind: 'item', item };
  }
}

async function labelsFor({ grid }: Volume, labelPath: string, image: string): Promise<LabelMap> {
  const labels = await readLabelMap(labelPath);
  if (!sameGrid(grid, labels.grid)) {
    throw fault('imaging.label-other-grid', { file: basename(labelPath), other: image });
  }
  return labels;
}

/** Names that several images share get their folder before them, and a number where that does not tell them apart. */
function uniquelyNamed(sources: Source[]): Source[] {
  const uses = (names: string[]) => Map.groupBy(names, (name) => name);
  const plain = uses(sources.map(({ name }) => name));
  const longer = sources.map((source) => {
    const shared = (plain.get(source.name)?.length ?? 0) > 1;
    return shared ? `${basename(dirname(source.path))}/${source.name}` : source.name;
  });
  const counts = new Map<string, number>();
  return sources.map((source, index) => {
    const count = (counts.get(longer[index]) ?? 0) + 1;
    counts.set(longer[index], count);
    return { ...source, name: count === 1 ? longer[index] : `${longer[index]} (${count})` };
  });
}

function asFault(error: unknown, path: string): IsocenterError {
  return isFault(error) ? error : fault('imaging.unreadable', { file: basename(path) });
}

function problem(path: string, error: IsocenterError, notice = false): ScanEvent {
  const { code, message, next } = error;
  return { kind: 'problem', problem: { path, code, message, next, notice } };
}
