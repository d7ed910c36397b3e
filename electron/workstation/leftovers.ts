/**
 * What windows left in a site's folder that were killed: exported files, and files that were uploaded for an import.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isFault } from '../../shared/errors.ts';
import { SiteLock } from '../storage/site-lock.ts';

/**
 * Clears it away where no other window, of the app or in a browser, has the site open: those files may be in use. Gives
 * a lock to hold while the window is open; undefined where another one holds it.
 */
export function clearLeftovers(folder: string): SiteLock | undefined {
  let lock: SiteLock;
  try {
    lock = new SiteLock(folder, join(folder, 'window.sqlite'), 'a window');
  } catch (error) {
    if (isFault(error, 'storage.site-busy')) return undefined;
    throw error;
  }
  for (const name of ['exports', 'uploads']) rmSync(join(folder, name), { recursive: true, force: true });
  return lock;
}
