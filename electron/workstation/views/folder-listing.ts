/** Folders and files of this machine, for choosing what to import where there is no dialog of the system. */
import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { FolderListing } from '../../../shared/api/volumes.ts';
import { fault } from '../../../shared/errors.ts';

const MOST = 2000; // entries; a person finds nothing in a longer list
const reasons: Record<string, string> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it is a file',
  EACCES: 'this account may not',
  EPERM: 'this account may not',
};

/** Without hidden entries, folders first. A link counts as what it leads to. Throws `site.folder-unreadable`. */
export async function listFolder(given: string | null): Promise<FolderListing> {
  const path = resolve(given ?? homedir());
  let names: string[];
  try {
    names = (await readdir(path)).filter((name) => !name.startsWith('.'));
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw fault('site.folder-unreadable', { folder: path, reason: reasons[code] ?? message });
  }
  const collator = new Intl.Collator(undefined, { numeric: true }); // slice 2 before slice 10
  const shown = names.toSorted(collator.compare).slice(0, MOST);
  const found = await Promise.all(shown.map((name) => stat(join(path, name)).catch(() => undefined)));
  const entries = shown.flatMap((name, index) => {
    const entry = found[index];
    return entry?.isDirectory() || entry?.isFile() ? [describe(path, name, entry)] : [];
  });
  const parent = dirname(path);
  return {
    path,
    parent: parent === path ? null : parent,
    entries: [...entries.filter(({ isFolder }) => isFolder), ...entries.filter(({ isFolder }) => !isFolder)],
    leftOut: names.length - shown.length,
  };
}

function describe(folder: string, name: string, entry: Stats): FolderListing['entries'][number] {
  const isFolder = entry.isDirectory();
  return { name, path: join(folder, name), isFolder, bytes: isFolder ? 0 : entry.size };
}
