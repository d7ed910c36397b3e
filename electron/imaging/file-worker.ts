/**
 * The thread that reads and writes image files. ITK's pipelines print what they meet, names of patients and paths included,
 * block for seconds on a large volume, and keep the memory they grew to. Here they print nowhere and block nobody, and
 * their memory ends with the thread.
 */
import { parentPort } from 'node:worker_threads';
import { type ErrorCode, type ErrorDetails, isFault } from '../../shared/errors.ts';
import type { Grid, LabelMap, Volume } from '../../shared/volume.ts';
import { readPlainSeries } from './dicom-reader.ts';
import type { Series } from './dicom-series.ts';
import { readSliceTags } from './dicom-tags.ts';
import { labelMapOf, readPlainImage, volumeOf } from './itk-reader.ts';
import { writeVoxels } from './itk-writer.ts';
import { writeSegmentation } from './segmentation-writer.ts';

/** What the thread can be asked for. */
const verbs = {
  readVolume: async (file: string, name: string): Promise<Volume> => volumeOf(await readPlainImage(file, name), name),
  readLabels: async (file: string, name: string): Promise<LabelMap> =>
    labelMapOf(await readPlainImage(file, name), name),
  readSeries: async (series: Series): Promise<Volume> => volumeOf(await readPlainSeries(series), series.name),
  readSliceTags,
  writeVoxels: (file: string, grid: Grid, voxels: Float32Array | Uint8Array): Promise<void> =>
    writeVoxels(file, grid, voxels),
  writeSegmentation,
};

export type FileVerbs = typeof verbs;
export type FileVerb = keyof FileVerbs;

export interface FileRequest {
  id: number;
  verb: FileVerb;
  args: unknown[];
}

/** `fault` is absent where the call succeeded; its `code` is null where something broke that no code foresees. */
export interface FileReply {
  id: number;
  value?: unknown;
  fault?: { code: ErrorCode | null; details: ErrorDetails };
}

for (const method of ['log', 'info', 'debug', 'warn', 'error'] as const) console[method] = () => {};

parentPort?.on('message', async ({ id, verb, args }: FileRequest) => {
  try {
    const value = await (verbs[verb] as (...args: unknown[]) => Promise<unknown>)(...args);
    reply({ id, value }, transferable(value));
  } catch (error) {
    const known = isFault(error);
    reply({ id, fault: { code: known ? error.code : null, details: known ? error.details : {} } }, []);
  }
});

function reply(message: FileReply, transfer: ArrayBuffer[]): void {
  parentPort?.postMessage(message, transfer);
}

/** The voxels of a volume or label map are handed over, not copied. */
function transferable(value: unknown): ArrayBuffer[] {
  const voxels = (value as { voxels?: Float32Array | Uint8Array } | undefined)?.voxels;
  return voxels?.buffer instanceof ArrayBuffer ? [voxels.buffer] : [];
}
