/** Where the built window is. In a checkout that was not built yet it is built now, which takes seconds. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { fault } from '../../shared/errors.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');

/** Throws `site.no-window`. */
export async function windowFiles(note: (line: string) => void): Promise<string> {
  const folder = join(ROOT, 'dist', 'renderer');
  if (!existsSync(join(folder, 'index.html'))) {
    note('Building the window, once.');
    try {
      const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
      await promisify(execFile)(process.execPath, [vite, 'build'], { cwd: ROOT });
    } catch (error) {
      throw fault('site.no-window', { folder, reason: (error as Error).message.split('\n')[0] }, error);
    }
  }
  return folder;
}
