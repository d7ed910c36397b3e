/** The catalogue's verbs. */
import type { volumeVerbs } from '../../../shared/api/volumes.ts';
import type { SiteApi } from '../../../shared/api.ts';
import type { ImportReport } from '../../site/import.ts';
import type { Site } from '../../site/site.ts';
import { requireUnused } from '../../site/volumes.ts';
import { importSampleData } from '../sample-data.ts';
import type { Tasks, TaskWork } from '../tasks.ts';
import { listFolder } from '../views/folder-listing.ts';
import { summariseVolumes } from '../views/volume-summary.ts';
import type { Windows } from '../windows.ts';

export function volumesApi(site: () => Site, tasks: Tasks, windows: Windows): Pick<SiteApi, keyof typeof volumeVerbs> {
  /** An import as a task's work: progress, cancelling, and the catalogue's counts as they grow. */
  const importing = (work: (options: Hooks) => Promise<ImportReport>) => async (task: TaskWork) => {
    const tellChanged = () => windows.changed('volumes');
    try {
      const report = await work({
        signal: task.signal,
        onProgress: ({ done, total, words }) => {
          task.progress(done, total, words);
          tellChanged();
        },
      });
      const { imported, known, relabelled, problems } = report;
      const labelled = imported.filter((volume) => volume.labelled).length;
      return { imported: imported.length, labelled, known, relabelled, problems };
    } finally {
      tellChanged(); // also what a cancelled import has brought in
    }
  };
  return {
    listVolumes: async () => summariseVolumes(site().folder),
    importVolumes: async (paths, labels) => {
      const opened = site();
      const work = importing((hooks) => opened.import(paths, { labels, ...hooks }));
      return tasks.start('import', titleOf(paths), work);
    },
    importSampleData: async () => {
      const opened = site();
      const work = importing((hooks) => importSampleData(opened, hooks));
      return tasks.start('sample-data', 'Sample data', work);
    },
    renameVolume: async (id, name) => {
      site().folder.volumes.rename(id, name);
      windows.changed('volumes');
    },
    removeVolumes: async (ids) => {
      const { folder } = site();
      const { volumes } = folder;
      requireUnused(folder, ids);
      try {
        for (const id of ids) volumes.remove(id);
      } finally {
        windows.changed('volumes');
      }
    },
    listFolder,
  };
}

interface Hooks {
  signal: AbortSignal;
  onProgress: (progress: { done: number; total: number; words: string }) => void;
}

function titleOf(paths: string[]): string {
  const [first] = paths;
  const name = first.split(/[\\/]/).filter(Boolean).at(-1) ?? first;
  return paths.length === 1 ? name : `${name} and ${paths.length - 1} more`;
}
