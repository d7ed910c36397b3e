/** What kind a file is, by its content: names lie, and DICOM files often have none worth the name. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { fault } from '../../shared/errors.ts';

export type FileKind = 'nifti' | 'nrrd' | 'meta' | 'dicom' | 'other';

export interface FileHead {
  kind: FileKind;
  zipped: boolean; // the whole file is gzip, as .nii.gz is
  bytes: Buffer; // its beginning, unzipped
}

const HEAD = 1 << 16; // bytes; text headers are a few kB
const NIFTI_HEADERS = [348, 540]; // bytes of version 1 and 2, which the file's first number gives

/** Throws `imaging.missing` or `imaging.empty`. */
export async function readHead(file: string): Promise<FileHead> {
  let start: Buffer;
  try {
    if (!(await stat(file)).isFile()) throw new Error('not a file');
    start = await readStart(file);
  } catch {
    throw fault('imaging.missing', { file: basename(file) });
  }
  if (start.length === 0) throw fault('imaging.empty', { file: basename(file) });
  const zipped = start[0] === 0x1f && start[1] === 0x8b;
  const bytes = zipped ? await unzippedStart(file) : start;
  const kind = kindOf(bytes);
  return { kind: zipped && kind !== 'nifti' ? 'other' : kind, zipped, bytes };
}

/** The file's bytes, unzipped, in chunks. Throws where the gzip stream breaks off or is damaged. */
export async function* contentOf(file: string, zipped: boolean): AsyncGenerator<Buffer> {
  const source = createReadStream(file);
  if (!zipped) return yield* source as AsyncIterable<Buffer>;
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
  } finally {
    source.destroy();
  }
}

function kindOf(bytes: Buffer): FileKind {
  const text = bytes.toString('latin1');
  if (text.startsWith('DICM', 128)) return 'dicom';
  if (text.startsWith('NRRD000')) return 'nrrd';
  if (isNifti(bytes, text)) return 'nifti';
  if (/^[A-Za-z]\w* *= ?/.test(text) && /^NDims *= *\d/m.test(text)) return 'meta';
  return 'other';
}

/** A header that breaks off before its magic counts too: it is then refused as truncated, not as no image. */
function isNifti(bytes: Buffer, text: string): boolean {
  if (bytes.length < 4) return false;
  const length = [bytes.readInt32LE(0), bytes.readInt32BE(0)].find((number) => NIFTI_HEADERS.includes(number));
  if (length === undefined) return false;
  return bytes.length < length || text.startsWith(length === 348 ? 'n+1\0' : 'n+2\0', length === 348 ? 344 : 4);
}

async function readStart(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function unzippedStart(file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of contentOf(file, true)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= HEAD) break;
    }
  } catch {
    // What came before the damage tells the kind; reading the whole will find the damage.
  }
  return Buffer.concat(chunks);
}
