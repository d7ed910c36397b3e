/**
 * Whole files, written so that a reader finds the old bytes or the new ones and never a part: to a temporary name in
 * the same folder, then renamed (rename(2) is atomic within a file system).
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fault, type IsocenterError, isFault } from '../../shared/errors.ts';

export const PRIVATE_FILE = 0o600; // only the site's own account may read what a site stores

// Temporary names carry the writer, so that what a killed one left is told from what a living one is writing. The
// random part tells this process from an earlier one that had the same id, as happens in containers.
const WRITER = `${process.pid}-${randomBytes(4).toString('hex')}`;
const TEMPORARY = /^\..+\.((\d+)-[0-9a-f]{8})-\d+\.tmp$/;
let written = 0;

/** A name that no other file has, for a file that is to be renamed to `file`; swept where its writer was killed. */
export function temporaryBeside(file: string): string {
  return join(dirname(file), temporaryName(basename(file)));
}

function temporaryName(purpose: string): string {
  return `.${purpose}.${WRITER}-${++written}.tmp`;
}

export interface WriteOptions {
  /**
   * Wait until the disk holds the bytes (default). False for a checkpoint that is rewritten every few seconds: killing
   * the process still loses nothing, because the system keeps what was written; only a power cut within seconds may
   * cost the step, or leave a file that its reader finds broken and does without.
   */
  durable?: boolean;
}

/** Writes a file that only this account can read (mode 0600). Throws `storage.disk-full` or `storage.not-writable`. */
export function writeFileAtomic(file: string, bytes: Uint8Array | string, { durable = true }: WriteOptions = {}): void {
  const temporary = temporaryBeside(file);
  try {
    const handle = openSync(temporary, 'wx', PRIVATE_FILE);
    try {
      writeFileSync(handle, bytes);
      if (durable) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    if (durable) renameDurably(temporary, file);
    else renameSync(temporary, file);
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // What stopped the write may stop this too; the first error is the one to tell.
    }
    throw writeFault(error, file);
  }
}

/** Makes an empty file that only this account can read, for another library to fill; leaves one that exists alone. */
export function touchPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'a', PRIVATE_FILE));
  } catch (error) {
    throw writeFault(error, file);
  }
}

/** Makes a folder that only this account can enter; leaves one that exists alone. */
export function makePrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw writeFault(error, folder);
  }
}

/**
 * Makes a folder of its own in `parent`, for work that leaves nothing. Whoever makes it removes it; one that a killed
 * process left goes with `cleanLeftovers`. Throws `storage.disk-full` or `storage.not-writable`.
 */
export function makeTemporaryFolder(parent: string): string {
  const folder = join(parent, temporaryName('folder'));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    throw writeFault(error, folder);
  }
  return folder;
}

/** Reads a whole file. Throws `storage.file-missing` or `storage.not-readable`. */
export function readWholeFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw readFault(error, file);
  }
}

/** At most `count` bytes from the start of a file, and the length of all of it. Errors as `readWholeFile`. */
export function readStart(file: string, count: number): { bytes: Uint8Array; length: number } {
  try {
    const handle = openSync(file, 'r');
    try {
      const bytes = new Uint8Array(count);
      return { bytes: bytes.subarray(0, readSync(handle, bytes)), length: fstatSync(handle).size };
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw readFault(error, file);
  }
}

function readFault(error: unknown, file: string): IsocenterError {
  if (errorCode(error) === 'ENOENT') return fault('storage.file-missing', { file }, error);
  return fault('storage.not-readable', { file, reason: reasonOf(error) }, error);
}

/**
 * Removes the temporary files and folders that killed processes left in a folder and below it; those of a living
 * process stay, and are not looked into, since they may go at any moment.
 */
export function cleanLeftovers(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const [, writer, pid] = TEMPORARY.exec(entry.name) ?? [];
    if (writer === undefined) {
      if (entry.isDirectory()) cleanLeftovers(path);
    } else if (writer !== WRITER && (Number(pid) === process.pid || !isAlive(Number(pid)))) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

/** The error for a file that could not be written, from what the system said. */
export function writeFault(error: unknown, file: string): IsocenterError {
  const code = errorCode(error);
  // EDQUOT and EFBIG: the disk has room, but this account or process may not use it.
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return fault('storage.disk-full', { file }, error);
  return fault('storage.not-writable', { file, reason: reasonOf(error) }, error);
}

function reasonOf(error: unknown): string {
  const reasons: Record<string, string> = {
    EACCES: 'this account may not',
    EPERM: 'this account may not',
    EROFS: 'the disk is read-only',
    ENOENT: 'its folder does not exist',
    ENOTDIR: 'a part of its path is a file',
    EISDIR: 'it is a folder',
    EEXIST: 'something else has that name',
  };
  return reasons[errorCode(error)] ?? (error instanceof Error ? error.message : String(error));
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

export function renameDurably(temporary: string, file: string): void {
  renameSync(temporary, file);
  syncFolder(dirname(file));
}

/**
 * A copy of a file that is only ever replaced and never changed: another name for the same bytes where the disk can do
 * that. Throws `storage.disk-full` or `storage.not-writable`.
 */
export function copyUnchanging(from: string, to: string): void {
  try {
    try {
      linkSync(from, to);
    } catch {
      writeFileAtomic(to, readFileSync(from));
    }
    syncFolder(dirname(to));
  } catch (error) {
    throw isFault(error) ? error : writeFault(error, to);
  }
}

/** A file's new name is safe on disk only once its folder is. Windows has no such call and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM'; // there, but another account's
  }
}
