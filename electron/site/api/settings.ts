/** The site's own verbs: making it, naming it, its rules, its engine, its disk, its licences. */
import type { settingsVerbs } from '../../../shared/api/settings.ts';
import type { SiteApi } from '../../../shared/api.ts';
import { engineView, measureEngine } from '../engine-view.ts';
import { readLicences } from '../licences.ts';
import { changeSettings, readSettings } from '../settings.ts';
import { cleanStorage, readStorage } from '../site-storage.ts';
import type { Workstation } from '../workstation.ts';

export function settingsApi(workstation: Workstation): Pick<SiteApi, keyof typeof settingsVerbs> {
  return {
    createSite: (name) => workstation.create(name),
    openSite: () => workstation.open(),
    renameSite: async (name) => {
      workstation.rename(name);
    },
    readSettings: async () => readSettings(workstation.site.folder),
    changeSettings: async (changed) => {
      const { folder } = workstation.site;
      const all = changeSettings(folder, changed);
      workstation.change({ engine: engineView(folder) });
      workstation.changed('settings');
      return all;
    },
    measureEngine: async () => {
      workstation.desk.requireIdle(); // a run would make it slow, and it the run
      const engine = await measureEngine(workstation.site);
      workstation.change({ engine });
      return engine;
    },
    readStorage: () => readStorage(workstation.site.folder, workstation.surroundings.keys !== undefined),
    cleanStorage: () => cleanStorage(workstation.site.folder),
    readLicences,
  };
}
