/**
 * Volumes and label maps as safetensors files: one tensor `voxels` [nz, ny, nx], x fastest, and both grids as JSON in
 * the metadata. A file holds neither a name nor a path nor a date, so it says nothing about the patient but the image.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { fault } from '../../shared/errors.ts';
import { decodeSafetensors, encodeSafetensors, type TensorData } from '../../shared/safetensors.ts';
import { type Grid, type LabelMap, type Vector3, type Volume, voxelCount } from '../../shared/volume.ts';
import { readStart, readWholeFile, writeFileAtomic } from './atomic-file.ts';
import { gridsSchema } from './grid-schema.ts';
import { parseJson } from './json-text.ts';

type Contents = 'volume' | 'labels';

/** Throws `storage.disk-full` or `storage.not-writable`. */
export function writeVolume(file: string, volume: Volume): void {
  write(file, 'volume', volume, compact(volume.voxels));
}

/** Throws `storage.file-missing`, `storage.not-readable`, `storage.safetensors-broken` or `storage.not-a-volume`. */
export function readVolume(file: string): Volume {
  const { grids, voxels } = read(file, 'volume');
  return { ...grids, voxels: voxels instanceof Float32Array ? voxels : Float32Array.from(voxels) };
}

/** Errors as `writeVolume`. */
export function writeLabelFile(file: string, labels: LabelMap): void {
  write(file, 'labels', labels, labels.voxels);
}

/** Errors as `readVolume`. */
export function readLabelFile(file: string): LabelMap {
  const { grids, voxels } = read(file, 'labels');
  if (!(voxels instanceof Uint8Array)) throw notAVolume(file, 'its labels are not whole numbers up to 255');
  return { ...grids, voxels };
}

const voxelBytes = { U8: 1, I16: 2, U16: 2, F32: 4 } as const;

/** Where the voxels lie in a stored file, for who reads a part of them. */
export interface VoxelPlace {
  type: keyof typeof voxelBytes;
  offset: number; // bytes before the first voxel
  bytes: number; // of all voxels; little endian, x fastest
}

const HEADER_ROOM = 1 << 16; // bytes; the header of a volume is under 1 kB

const headerSchema = z.object({
  voxels: z.object({
    dtype: z.enum(['U8', 'I16', 'U16', 'F32']),
    shape: z.tuple([z.int(), z.int(), z.int()]),
    data_offsets: z.tuple([z.literal(0), z.int()]),
  }),
});

/** Reads only the header. Throws `storage.file-missing`, `storage.not-readable` or `storage.not-a-volume`. */
export function voxelPlace(file: string): VoxelPlace {
  const { bytes: head, length } = readStart(file, HEADER_ROOM);
  if (head.length < 8) throw notAVolume(file, 'it is shorter than its length field');
  const start = 8 + Number(new DataView(head.buffer, head.byteOffset).getBigUint64(0, true));
  const parsed = headerSchema.safeParse(parseJson(new TextDecoder().decode(head.subarray(8, start))));
  if (!parsed.success) throw notAVolume(file, 'its header describes no voxels');
  const { dtype, shape, data_offsets } = parsed.data.voxels;
  const bytes = voxelBytes[dtype] * shape[0] * shape[1] * shape[2];
  if (data_offsets[1] !== bytes || start + bytes !== length)
    throw notAVolume(file, 'its length is not that of its voxels');
  return { type: dtype, offset: start, bytes };
}

export interface LabelCount {
  label: number;
  voxels: number;
}

/** The labels that a label map has, ascending, background left out. */
export function countLabels(voxels: Uint8Array): LabelCount[] {
  const counts = new Uint32Array(256);
  for (let at = 0; at < voxels.length; at++) counts[voxels[at]]++;
  return Array.from(counts, (count, label) => ({ label, voxels: count })).filter((row) => row.label && row.voxels);
}

/**
 * One slice of a stored file, at `index` of voxel axis `through`: values with the lower of the other two axes fastest.
 * Reads a plane at a time, never the whole file. Errors as `voxelPlace`.
 */
export function readSlice(file: string, size: Vector3, through: 0 | 1 | 2, index: number): Float32Array {
  const { type, offset } = voxelPlace(file);
  const Values = { U8: Uint8Array, I16: Int16Array, U16: Uint16Array, F32: Float32Array }[type];
  const [nx, ny, nz] = size;
  const each = Values.BYTES_PER_ELEMENT;
  const handle = openSync(file, 'r');
  const read = (start: number, count: number) => {
    const bytes = new Uint8Array(count * each);
    readSync(handle, bytes, 0, bytes.length, offset + start * each);
    return new Values(bytes.buffer);
  };
  try {
    if (through === 2) return Float32Array.from(read(index * nx * ny, nx * ny));
    const width = through === 0 ? ny : nx;
    const slice = new Float32Array(width * nz);
    for (let z = 0; z < nz; z++) {
      if (through === 1) slice.set(read(nx * (index + ny * z), nx), z * width);
      else {
        const plane = read(z * nx * ny, nx * ny);
        for (let y = 0; y < ny; y++) slice[z * width + y] = plane[index + nx * y];
      }
    }
    return slice;
  } finally {
    closeSync(handle);
  }
}

/** The bytes of a label map's file. */
export function encodeLabelFile(labels: LabelMap): Uint8Array {
  return encode('labels', labels, labels.voxels);
}

function write(file: string, contents: Contents, grids: Volume | LabelMap, voxels: TensorData): void {
  writeFileAtomic(file, encode(contents, grids, voxels));
}

function encode(contents: Contents, { grid, sourceGrid }: Volume | LabelMap, voxels: TensorData): Uint8Array {
  const [nx, ny, nz] = grid.size;
  if (voxels.length !== voxelCount(grid)) throw new RangeError('a volume has as many voxels as its grid');
  const metadata = { contents, grids: JSON.stringify({ grid, sourceGrid }) };
  return encodeSafetensors({ voxels: { shape: [nz, ny, nx], data: voxels } }, metadata);
}

function read(file: string, contents: Contents): { grids: { grid: Grid; sourceGrid: Grid }; voxels: TensorData } {
  const { tensors, metadata } = decodeSafetensors(readWholeFile(file), basename(file));
  if (metadata.contents !== contents || !tensors.voxels) throw notAVolume(file, `it holds no ${contents}`);
  const grids = gridsSchema.safeParse(parseJson(metadata.grids));
  if (!grids.success) throw notAVolume(file, 'its grid is not described');
  const { shape, data } = tensors.voxels;
  const [nx, ny, nz] = grids.data.grid.size;
  if (shape.length !== 3 || shape[0] !== nz || shape[1] !== ny || shape[2] !== nx) {
    throw notAVolume(file, `it has ${shape.join(' x ')} voxels where its grid has ${[nz, ny, nx].join(' x ')}`);
  }
  return { grids: grids.data, voxels: data };
}

/** The same numbers in the smallest type that holds them exactly. CT fits int16, MRI uint16 or less: half the disk. */
function compact(voxels: Float32Array): TensorData {
  let least = 0;
  let most = 0;
  // By index and by bits: a CT has 50 million voxels, and this is several times as quick as for...of and isInteger.
  for (let index = 0; index < voxels.length; index++) {
    const value = voxels[index];
    if ((value | 0) !== value) return voxels; // no whole number, or beyond what the types below hold
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least >= 0 && most <= 0xff) return new Uint8Array(voxels);
  if (least >= -0x8000 && most <= 0x7fff) return new Int16Array(voxels);
  if (least >= 0 && most <= 0xffff) return new Uint16Array(voxels);
  return voxels;
}

function notAVolume(file: string, reason: string) {
  return fault('storage.not-a-volume', { file, reason });
}
