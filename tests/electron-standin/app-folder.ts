/** Where an app's files are. Node reads no asar archive, so a packaged app's is extracted. */
import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { extractAll } from '@electron/asar';
import { temporaryFolder } from './temporary.ts';

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
  // Away from the project, so that the app finds no package that it did not bring. Paths keep their `app.asar`, and
  // code that looks for files beside the archive finds them.
  const folder = join(temporaryFolder(), basename(archive));
  extractAll(archive, folder);
  symlinkSync(basename(folder), `${folder}.unpacked`);
  return appAt(folder);
}
