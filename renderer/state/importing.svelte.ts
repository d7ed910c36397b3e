/**
 * Bringing volumes in: by the shell's dialog, by drop, or as sample data. Each begins a task, which the notices show.
 */
import type { Task } from '../../shared/api.ts';
import { api, shell } from './bridge.ts';
import { droppedFiles } from './dropped-files.ts';
import { open } from './route.svelte.ts';
import { site } from './site.svelte.ts';

class Importing {
  /** Dropped files are on their way to the site: a browser uploads them. */
  taking = $state(false);

  /** The import or sample data at work, if any. */
  get task(): Task | undefined {
    return site.snapshot?.tasks.find(({ kind, state }) => kind !== 'export' && state === 'running');
  }

  async choose(what: 'scans' | 'folder'): Promise<void> {
    await this.#begin(await shell.choose(what));
  }

  async take(dropped: DataTransfer): Promise<void> {
    const files = droppedFiles(dropped, shell.kind); // read at once: the drop's contents are gone after the event
    this.taking = true;
    try {
      await this.#begin(await shell.pathsOf(await files));
    } finally {
      this.taking = false;
    }
  }

  async sampleData(): Promise<void> {
    await api.importSampleData();
  }

  async #begin(paths: string[] | null): Promise<void> {
    if (!paths || paths.length === 0) return;
    await api.importVolumes(paths, []);
    open('volumes');
  }
}

export const importing = new Importing();
