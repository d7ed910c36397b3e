/** A volume or label map to a file, by ITK. Runs in the file worker; `files.ts` is the way in. */
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeImageNode } from '@itk-wasm/image-io';
import { fault } from '../../shared/errors.ts';
import type { Grid } from '../../shared/volume.ts';
import { toItk } from './itk.ts';

const endings = ['.nii.gz', '.nii', '.nrrd', '.mha'];

/**
 * Writes under a temporary name in the same folder and renames, so that a reader never meets half a file. The file
 * holds grid and voxels and no text. Throws `imaging.unknown-format` and `imaging.not-written`.
 */
export async function writeVoxels(file: string, grid: Grid, voxels: Float32Array | Uint8Array): Promise<void> {
  const ending = endings.find((known) => file.endsWith(known));
  if (ending === undefined) throw fault('imaging.unknown-format', { file: basename(file) });
  const temporary = join(dirname(file), `.${basename(file, ending)}.${process.pid}.part${ending}`);
  try {
    await writeImageNode(toItk(grid, voxels), temporary, { useCompression: true });
    await rename(temporary, file);
  } catch {
    await rm(temporary, { force: true });
    throw fault('imaging.not-written', { file: basename(file) });
  }
}
