/** One image file to a volume or a label map, by ITK. Runs in the file worker; `files.ts` is the way in. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readImageNode } from '@itk-wasm/image-io';
import { fault } from '../../shared/errors.ts';
import type { LabelMap, Volume } from '../../shared/volume.ts';
import { type FileHead, readHead } from './file-kind.ts';
import { checkHeader } from './header.ts';
import { fromItk, type PlainImage } from './itk.ts';
import { orientToRas } from './orientation.ts';

/** Endings by which ITK knows a kind; the first is given to a file whose own ending says something else. */
const endings = {
  nifti: ['.nii'],
  'nifti-zipped': ['.nii.gz'],
  nrrd: ['.nrrd', '.nhdr'],
  meta: ['.mha', '.mhd'],
};

/** Throws the refusals of `shared/errors/imaging.ts`; never anything that ITK said, since that may quote the file. */
export async function readPlainImage(file: string, name: string): Promise<PlainImage> {
  const head = await readHead(file);
  if (head.kind === 'other' || head.kind === 'dicom') throw fault('imaging.not-an-image', { file: name });
  await checkHeader(file, name, head);
  return fromItk(await readNamed(file, head, name), name);
}

/** The image as float32 in RAS+. `name` names it in errors. Throws `imaging.not-finite` and `imaging.constant`. */
export function volumeOf({ grid, values }: PlainImage, name: string): Volume {
  const voxels = new Float32Array(values);
  let count = 0;
  for (let index = 0; index < voxels.length; index++) if (!Number.isFinite(voxels[index])) count++;
  if (count > 0) throw fault('imaging.not-finite', { file: name, count });
  if (voxels.every((value) => value === voxels[0])) throw fault('imaging.constant', { file: name });
  return orientToRas(grid, voxels);
}

const ROUNDING = 1e-4; // label numbers that went through a scale factor come back nearly whole

/** The label map in RAS+. Throws `imaging.label-not-integer` and `imaging.label-out-of-range`. */
export function labelMapOf({ grid, values }: PlainImage, name: string): LabelMap {
  const voxels = new Uint8Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    const label = Math.round(value);
    if (!(Math.abs(value - label) <= ROUNDING)) throw fault('imaging.label-not-integer', { file: name });
    if (label < 0 || label > 255) throw fault('imaging.label-out-of-range', { file: name });
    voxels[index] = label;
  }
  return orientToRas(grid, voxels);
}

async function readNamed(file: string, { kind, zipped }: FileHead, name: string) {
  const suitable = endings[kind === 'nifti' && zipped ? 'nifti-zipped' : (kind as keyof typeof endings)];
  const named = suitable.some((ending) => file.endsWith(ending));
  const folder = named ? undefined : await mkdtemp(join(tmpdir(), 'isocenter-'));
  try {
    const path = folder === undefined ? file : join(folder, `image${suitable[0]}`);
    if (folder !== undefined) await copyFile(file, path);
    return await readImageNode(path);
  } catch {
    throw fault('imaging.truncated', { file: name });
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true });
  }
}
