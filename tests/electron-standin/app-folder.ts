/** Where an app's files are. Node reads no asar archive, so a packaged app's is extracted beside itself, once. */
import { existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { extractAll } from '@electron/asar';

export interface AppFolder {
  folder: string;
  package: { name?: string; productName?: string; version?: string; main?: string };
}

export function appAt(path: string): AppFolder {
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  return { folder, package: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) };
}

/** The app in `resources/` beside the executable. */
export function packagedApp(executable: string): AppFolder {
  const resources = join(dirname(executable), 'resources');
  const archive = join(resources, 'app.asar');
  if (!existsSync(archive)) return appAt(join(resources, 'app'));
  const { size, mtimeMs } = statSync(archive);
  const home = join(resources, `standin-${size}-${Math.round(mtimeMs)}`);
  if (!existsSync(home)) extract(archive, home);
  return appAt(join(home, basename(archive)));
}

/** Paths keep their `app.asar`, so that code which looks for files beside the archive finds them. */
function extract(archive: string, home: string): void {
  const part = `${home}.${process.pid}`;
  extractAll(archive, join(part, basename(archive)));
  symlinkSync(`../${basename(archive)}.unpacked`, join(part, `${basename(archive)}.unpacked`));
  try {
    renameSync(part, home);
  } catch {
    rmSync(part, { recursive: true }); // another process was quicker
  }
}
