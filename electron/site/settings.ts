/** The settings of a site, filled in: what a person chose over the defaults. */
import { type Settings, settingsSchema } from '../../shared/api/settings.ts';
import { planSchema } from '../../shared/plan.ts';
import type { SiteFolder } from '../storage/site-folder.ts';

function defaults(): Settings {
  return { engine: 'auto', consent: 'ask', plan: planSchema.parse({}) };
}

export function readSettings({ settings }: SiteFolder): Settings {
  return { ...defaults(), ...settings.read('settings', settingsSchema.partial()) };
}

/** Keeps what is given and leaves the rest; gives all. */
export function changeSettings(folder: SiteFolder, changed: Partial<Settings>): Settings {
  const all = { ...readSettings(folder), ...changed };
  folder.settings.write('settings', all);
  return all;
}
