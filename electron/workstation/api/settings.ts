/** The site's own verbs: making it, naming it, its rules, its engine, its disk, its licences. */
import type { EngineView, settingsVerbs } from '../../../shared/api/settings.ts';
import type { SiteApi } from '../../../shared/api.ts';
import { engineView, findEngines } from '../../site/engine-choice.ts';
import { changeSettings, readSettings } from '../../site/settings.ts';
import type { Site, SiteSurroundings } from '../../site/site.ts';
import type { RunDesk } from '../desks/run-desk.ts';
import { readLicences } from '../views/licences.ts';
import { cleanStorage, readStorage } from '../views/storage-view.ts';
import type { Windows } from '../windows.ts';

/** What opens, makes and names the site. */
interface Opening {
  surroundings: SiteSurroundings;
  create(name: string): Promise<void>;
  open(): Promise<void>;
  rename(name: string): void;
  /** What is to end before the site is closed. */
  onClose(closer: () => Promise<void>): void;
}

export function settingsApi(
  site: () => Site,
  runs: RunDesk,
  windows: Windows,
  opening: Opening,
): Pick<SiteApi, keyof typeof settingsVerbs> {
  const closing = new AbortController();
  let looking: Promise<EngineView> | undefined;
  const look = async (measure: boolean): Promise<EngineView> => {
    try {
      const { launch } = opening.surroundings;
      const engine = await findEngines(site().folder, { launch, measure, signal: closing.signal });
      windows.change({ engine });
      return engine;
    } catch (error) {
      looking = undefined; // to be tried again
      throw error;
    }
  };
  opening.onClose(async () => {
    closing.abort();
    await looking?.catch(() => {});
  });

  return {
    createSite: (name) => opening.create(name),
    openSite: () => opening.open(),
    renameSite: async (name) => {
      opening.rename(name);
    },
    readSettings: async () => readSettings(site().folder),
    changeSettings: async (changed) => {
      const { folder } = site();
      const all = changeSettings(folder, changed);
      windows.change({ engine: engineView(folder) });
      windows.changed('settings');
      return all;
    },
    lookAtEngines: async () => {
      if (looking === undefined && runs.run) return windows.snapshot.engine;
      looking ??= look(false);
      return looking;
    },
    measureEngines: async () => {
      runs.requireIdle(); // a run would make it slow, and it the run
      await looking?.catch(() => {});
      looking = look(true);
      return looking;
    },
    readStorage: () => readStorage(site().folder, opening.surroundings.keys !== undefined),
    cleanStorage: () => cleanStorage(site().folder),
    readLicences,
  };
}
