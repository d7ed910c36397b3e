/**
 * Files that a person dropped into a page in a browser: `PUT /site/uploads/BATCH/FOLDER/NAME` writes them to a folder
 * of the site, from where they are imported. A batch is removed when its import ended, all of them when the host
 * closes.
 */
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname, join, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const uploadLimits = {
  fileBytes: 16 * 2 ** 30,
  files: 100_000, // in the folder at once
  depth: 16, // folders above a file
  nameLength: 120, // characters
  freeBytes: 2 ** 30, // that stay free on the disk
  atOnce: 8,
};

const PREFIX = '/site/uploads/';
const BATCH = /^[\w-]{1,64}$/;
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i; // names that Windows keeps for itself

/** A number of HTTP, and words for a person. */
export class UploadRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class Uploads {
  readonly folder: string;
  readonly #batchOfTask = new Map<string, string[]>();
  readonly #batches = new Set<string>();
  #files = 0;
  #running = 0;

  constructor(siteFolder: string) {
    this.folder = join(siteFolder, 'uploads');
  }

  static isFor(path: string): boolean {
    return path.startsWith(PREFIX);
  }

  /**
   * Writes the body of the request and gives the file's path. Throws `UploadRefused`; nothing of the file stays then.
   */
  async take(path: string, request: IncomingMessage): Promise<string> {
    const { batch, file } = this.#place(path);
    const length = Number(request.headers['content-length']);
    if (!Number.isFinite(length)) throw new UploadRefused(411, 'The size of the file was not said.');
    if (length > uploadLimits.fileBytes) throw new UploadRefused(413, 'The file is too large to be uploaded.');
    if (this.#files >= uploadLimits.files) throw new UploadRefused(413, 'Too many files wait for their import.');
    if (this.#running >= uploadLimits.atOnce) throw new UploadRefused(429, 'Too many files come at once.');
    this.#running++;
    try {
      this.#batches.add(batch);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      const { bavail, bsize } = statfsSync(this.folder);
      if (bavail * bsize - length < uploadLimits.freeBytes)
        throw new UploadRefused(507, 'The disk of the site has no room for the file.');
      const handle = await open(file, 'wx', 0o600).catch(refuseSecond);
      try {
        await pipeline(request, atMost(length), handle.createWriteStream());
      } catch (error) {
        rmSync(file, { force: true });
        throw error;
      }
      this.#files++;
      return file;
    } finally {
      this.#running--;
    }
  }

  /** Notes that the task imports these paths: their batches go when it ended. */
  usedBy(task: string, paths: string[]): void {
    const own = paths.filter((path) => path.startsWith(this.folder + sep));
    const batches = new Set(own.map((path) => path.slice(this.folder.length + 1).split(sep)[0]));
    if (batches.size > 0) this.#batchOfTask.set(task, [...batches]);
  }

  ended(task: string): void {
    for (const batch of this.#batchOfTask.get(task) ?? []) this.#remove(batch);
    this.#batchOfTask.delete(task);
    if (this.#batchOfTask.size === 0 && this.#running === 0) this.#files = 0;
  }

  /** Every batch of this host. */
  clear(): void {
    for (const batch of this.#batches) this.#remove(batch);
  }

  #remove(batch: string): void {
    rmSync(join(this.folder, batch), { recursive: true, force: true });
    this.#batches.delete(batch);
  }

  #place(path: string): { batch: string; file: string } {
    const [batch, ...names] = path.slice(PREFIX.length).split('/').map(decoded);
    if (!BATCH.test(batch) || names.length === 0 || names.length > uploadLimits.depth + 1)
      throw new UploadRefused(400, 'The file has no usable name.');
    return { batch, file: join(this.folder, batch, ...names.map(cleanName)) };
  }
}

/** A name that is a name on every system, with its ending kept. */
export function cleanName(name: string): string {
  const length = uploadLimits.nameLength;
  const clean = name
    .normalize('NFC')
    .replace(/[\p{C}<>:"/\\|?*]/gu, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '_');
  const safe = RESERVED.test(clean) || clean === '' ? `_${clean}` : clean;
  return safe.length <= length ? safe : safe.slice(0, length - 24) + safe.slice(-24);
}

/** Of two that come at once under one name, the later must not take the earlier one's file away. */
function refuseSecond(error: NodeJS.ErrnoException): never {
  if (error.code === 'EEXIST') throw new UploadRefused(409, 'A file of this name came before.');
  throw error;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new UploadRefused(400, 'The file has no usable name.');
  }
}

function atMost(bytes: number): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk, _encoding, done) {
      passed += chunk.length;
      done(passed > bytes ? new UploadRefused(413, 'The file is larger than was said.') : null, chunk);
    },
  });
}
