/** What a site takes of its disk, and what of that can go. */
import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorageView } from '../../../shared/api/settings.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';

export async function readStorage({ path }: SiteFolder, keyInKeychain: boolean): Promise<StorageView> {
  const sizeOf = (name: string) => bytesBelow(join(path, name));
  const [volumes, models, runs, all] = await Promise.all([
    ...['volumes', 'models', 'runs'].map(sizeOf),
    bytesBelow(path),
  ]);
  const { bavail, bsize } = await statfs(path);
  return {
    folder: path,
    bytes: { volumes, models, runs, other: Math.max(0, all - volumes - models - runs) },
    free: bavail * bsize,
    keyProtection: keyInKeychain ? 'the keychain of this system' : 'a file that only this account can read',
  };
}

/**
 * Removes what runs that are over left: their checkpoints and the weights they began and ended with, since a model
 * keeps its own. Curves, plans and notes stay. Gives the bytes freed.
 */
export async function cleanStorage({ runs }: SiteFolder): Promise<number> {
  let freed = 0;
  for (const { state, folder } of runs.list()) {
    if (state !== 'finished' && state !== 'cancelled') continue;
    freed += await bytesBelow(folder);
    await rm(folder, { recursive: true, force: true });
  }
  return freed;
}

/** Of all files in a folder and below; what goes meanwhile counts nothing. */
async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let sum = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += await bytesBelow(path);
    else if (entry.isFile()) sum += (await stat(path).catch(() => undefined))?.size ?? 0;
  }
  return sum;
}
