/**
 * The thread that reads and writes image files. ITK's pipelines print what they meet, names of patients and paths
 * included, block for seconds on a large volume, and keep the memory they grew to. Here they print nowhere and block
 * nobody, and their memory ends with the thread.
 */
import { parentPort } from 'node:worker_threads';
import { createBirpc } from 'birpc';
import { crossing } from '../../shared/crossing.ts';
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

for (const method of ['log', 'info', 'debug', 'warn', 'error'] as const) console[method] = () => {};

createBirpc<object, FileVerbs>(verbs, {
  ...crossing,
  post: (message: { r?: unknown }) => parentPort?.postMessage(message, voxelsOf(message.r)),
  on: (listener) => parentPort?.on('message', listener),
  timeout: -1, // a large series may take minutes
});

/** The voxels of a volume or label map that is answered: they are handed over, not copied. */
function voxelsOf(result: unknown): ArrayBuffer[] {
  const voxels = (result as { voxels?: Float32Array | Uint8Array } | undefined)?.voxels;
  return voxels?.buffer instanceof ArrayBuffer ? [voxels.buffer] : [];
}
