/**
 * Reading and writing image files. The work is done in a thread of its own (`file-worker.ts`), which starts with the
 * first call, ends when it has had nothing to do for a while, and never keeps the process from exiting.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type BirpcReturn, createBirpc } from 'birpc';
import { crossing } from '../../shared/crossing.ts';
import { entryBeside, unpacked } from '../../shared/entry.ts';
import { fault, isFault } from '../../shared/errors.ts';
import type { Grid, LabelMap, Volume } from '../../shared/volume.ts';
import { groupSeries, type Series } from './dicom-series.ts';
import type { TaggedFile } from './dicom-tags.ts';
import { readHead } from './file-kind.ts';
import type { FileVerbs } from './file-worker.ts';
import { toSourceGrid } from './orientation.ts';
import type { SegmentationInfo } from './segmentation-writer.ts';

export type { SegmentationInfo } from './segmentation-writer.ts';

/**
 * The volume of a NIfTI, NRRD or MetaImage file, of a multi-frame DICOM file, or of a folder that holds one DICOM
 * series. Throws `imaging.several-series`, `imaging.nothing-found` for a folder, and the refusals of
 * `shared/errors/imaging.ts`.
 */
export async function readImage(given: string): Promise<Volume> {
  const path = resolve(given); // ITK's pipelines open absolute paths only
  const isFolder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (!isFolder && (await readHead(path)).kind !== 'dicom') return call('readVolume', path, basename(path));
  const files = isFolder ? await filesOf(path) : [path];
  const { series, refused } = groupSeries(await readSliceTags(files));
  if (series.length > 1) throw fault('imaging.several-series', { file: basename(path), count: series.length });
  if (series.length === 1) return readSeries(series[0]);
  throw (
    refused[0]?.error ?? fault(isFolder ? 'imaging.nothing-found' : 'imaging.not-an-image', { file: basename(path) })
  );
}

/** Throws `imaging.label-not-integer`, `imaging.label-out-of-range` and the refusals of `readImage` for a file. */
export function readLabelMap(file: string): Promise<LabelMap> {
  const path = resolve(file);
  return call('readLabels', path, basename(path));
}

export function readSeries(series: Series): Promise<Volume> {
  return call('readSeries', series);
}

/** What each DICOM file is, in their order. */
export function readSliceTags(files: string[]): Promise<TaggedFile[]> {
  return call(
    'readSliceTags',
    files.map((file) => resolve(file)),
  );
}

/**
 * Writes the labels on the grid that their file had, as .nii, .nii.gz, .nrrd or .mha by the ending. No text of the
 * source goes into the file. Throws `imaging.unknown-format` and `imaging.not-written`.
 */
export function writeLabelMap(file: string, labels: LabelMap): Promise<void> {
  const { grid, voxels } = toSourceGrid(labels);
  return call('writeVoxels', resolve(file), grid, voxels);
}

/**
 * Writes the labels as a DICOM segmentation object that refers to `series`, the files that the volume was read from; it
 * carries their patient, as the standard wants. Throws `imaging.missing` and `imaging.not-written`.
 */
export function writeDicomSegmentation(
  file: string,
  labels: LabelMap,
  series: string[],
  info: SegmentationInfo,
): Promise<void> {
  const { grid, voxels } = toSourceGrid(labels);
  const files = series.map((slice) => resolve(slice));
  return call('writeSegmentation', resolve(file), grid, voxels, files, info);
}

/** Writes the volume, as float32 on its RAS+ grid. Errors as `writeLabelMap`. */
export function writeImage(file: string, { grid, voxels }: { grid: Grid; voxels: Float32Array }): Promise<void> {
  return call('writeVoxels', resolve(file), grid, voxels);
}

/** DICOM files of a folder, not of the folders in it. */
async function filesOf(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of (await readdir(folder, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = join(folder, entry.name);
    const kind = entry.isDirectory()
      ? 'other'
      : await readHead(file).then(
          (head) => head.kind,
          () => 'other',
        );
    if (kind === 'dicom') files.push(file);
  }
  return files;
}

const IDLE = 2000; // ms after which an idle thread gives its memory back

interface FileThread {
  worker: Worker;
  rpc: BirpcReturn<FileVerbs>;
  calls: number; // under way
}
let thread: FileThread | undefined;
let idle: NodeJS.Timeout | undefined;

/** What no code foresees, and the death of the thread, is `imaging.unreadable`. */
async function call<Verb extends keyof FileVerbs>(
  verb: Verb,
  ...args: Parameters<FileVerbs[Verb]>
): Promise<Awaited<ReturnType<FileVerbs[Verb]>>> {
  clearTimeout(idle);
  thread ??= start();
  const used = thread;
  used.worker.ref(); // so that the process waits for the answer
  used.calls++;
  try {
    return await used.rpc.$call(verb, ...args);
  } catch (error) {
    if (isFault(error)) throw error;
    const [first] = args;
    throw fault('imaging.unreadable', { file: typeof first === 'string' ? basename(first) : 'a DICOM series' });
  } finally {
    used.calls--;
    if (used.calls === 0) rest(used);
  }
}

function start(): FileThread {
  const worker = new Worker(entryBeside('file-worker', unpacked(import.meta.url)), { execArgv: [] });
  const rpc = createBirpc<FileVerbs>(
    {},
    {
      ...crossing,
      post: (message) => worker.postMessage(message),
      on: (listener) => worker.on('message', listener),
      timeout: -1, // a large series may take minutes
    },
  );
  const started: FileThread = { worker, rpc, calls: 0 };
  // A thread that dies (of a file that makes ITK ask for more memory than there is) fails what it was doing, no more.
  worker.on('error', () => {
    if (thread === started) thread = undefined;
    rpc.$close();
  });
  return started;
}

function rest(used: FileThread): void {
  used.worker.unref();
  if (used !== thread) return; // it died, or another one took its place
  idle = setTimeout(() => {
    thread = undefined;
    void used.worker.terminate();
  }, IDLE);
  idle.unref();
}
