/** Every file below the given files and folders. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fault, type IsocenterError } from '../../shared/errors.ts';

interface Walked {
  files: string[]; // absolute, in order of their paths, each once
  folders: Set<string>; // absolute, the given ones included
  missing: { path: string; error: IsocenterError }[];
}

/** Follows links, but enters no folder twice. Stops with the signal's reason when it aborts. */
export async function walk(paths: string[], signal?: AbortSignal): Promise<Walked> {
  const files = new Map<string, string>(); // by real path, so that a file reached twice counts once
  const folders = new Set<string>();
  const entered = new Set<string>();
  const missing: Walked['missing'] = [];

  const visit = async (path: string): Promise<void> => {
    signal?.throwIfAborted();
    try {
      const real = await realpath(path);
      if (!(await stat(path)).isDirectory()) {
        if (!files.has(real)) files.set(real, path);
        return;
      }
      folders.add(path);
      if (entered.has(real)) return;
      entered.add(real);
      for (const name of (await readdir(path)).toSorted()) await visit(join(path, name));
    } catch {
      signal?.throwIfAborted();
      missing.push({ path, error: fault('imaging.missing', { file: basename(path) }) });
    }
  };
  for (const path of paths) await visit(resolve(path));
  return { files: [...files.values()].toSorted(), folders, missing };
}
