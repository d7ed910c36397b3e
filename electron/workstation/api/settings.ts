/** The site's own verbs: making it, naming it, its rules, its engine, its disk, its licences. */
import type { EngineView, settingsVerbs } from '../../../shared/api/settings.ts';
import type { SiteApi } from '../../../shared/api.ts';
import { changeSettings, readSettings } from '../../site/settings.ts';
import { engineView, findEngines } from '../views/engine-view.ts';
import { readLicences } from '../views/licences.ts';
import { cleanStorage, readStorage } from '../views/storage-view.ts';
import type { Workstation } from '../workstation.ts';

export function settingsApi(workstation: Workstation): Pick<SiteApi, keyof typeof settingsVerbs> {
  const closing = new AbortController();
  let looking: Promise<EngineView> | undefined;
  const look = async (measure: boolean): Promise<EngineView> => {
    try {
      const { launch } = workstation.surroundings;
      const engine = await findEngines(workstation.site.folder, { launch, measure, signal: closing.signal });
      workstation.change({ engine });
      return engine;
    } catch (error) {
      looking = undefined; // to be tried again
      throw error;
    }
  };
  workstation.onClose(async () => {
    closing.abort();
    await looking?.catch(() => {});
  });

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
    lookAtEngines: async () => {
      if (looking === undefined && workstation.desk.run) return workstation.snapshot.engine;
      looking ??= look(false);
      return looking;
    },
    measureEngines: async () => {
      workstation.desk.requireIdle(); // a run would make it slow, and it the run
      await looking?.catch(() => {});
      looking = look(true);
      return looking;
    },
    readStorage: () => readStorage(workstation.site.folder, workstation.surroundings.keys !== undefined),
    cleanStorage: () => cleanStorage(workstation.site.folder),
    readLicences,
  };
}
