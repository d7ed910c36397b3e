/** Electron's program, which its npm package downloads at first use. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const DOWNLOAD_TIME = 10 * 60_000; // ms; about 120 MB

/** Its path, undefined where it is not installed. */
export function installedElectron(): string | undefined {
  const folder = packageFolder();
  if (folder === undefined) return undefined;
  const list = join(folder, 'path.txt');
  const name = existsSync(list) ? readFileSync(list, 'utf8') : 'electron';
  const program = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), name);
  return existsSync(program) ? program : undefined;
}

/** Downloads it; gives its path, or why that did not work. */
export async function downloadElectron(): Promise<{ program: string } | { reason: string }> {
  const folder = packageFolder();
  if (folder === undefined) return { reason: 'its npm package is not installed' };
  try {
    await promisify(execFile)(process.execPath, [join(folder, 'install.js')], { timeout: DOWNLOAD_TIME });
  } catch (error) {
    const { killed, stderr = '', message } = error as Error & { killed?: boolean; stderr?: string };
    if (killed) return { reason: 'the download took longer than ten minutes' };
    if (/fetch failed|ENOTFOUND|ECONN|ETIMEDOUT/.test(stderr)) return { reason: 'its server was not reached' };
    return {
      reason:
        stderr
          .split('\n')
          .find((line) => line.trim() !== '')
          ?.trim() ?? message,
    };
  }
  const program = installedElectron();
  return program === undefined ? { reason: 'the download brought no program' } : { program };
}

function packageFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return undefined;
  }
}
