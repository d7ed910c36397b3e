/** The settings of a site, filled in: what a person chose over the defaults. */
import { z } from 'zod';
import { type Settings, settingsSchema } from '../../shared/api/settings.ts';
import { planSchema } from '../../shared/plan.ts';
import type { SiteFolder } from '../storage/site-folder.ts';

function defaults(): Settings {
  return { engine: 'auto', consent: 'ask', plan: planSchema.parse({}) };
}

/** Each on its own: a plan that no longer holds must not take the rule with it that keeps everything here. */
const keptSchema = z.object({
  engine: settingsSchema.shape.engine.optional().catch(undefined),
  consent: settingsSchema.shape.consent.optional().catch('refuse'),
  plan: settingsSchema.shape.plan.optional().catch(undefined),
});

export function readSettings({ settings }: SiteFolder): Settings {
  const usual = defaults();
  const {
    engine = usual.engine,
    consent = usual.consent,
    plan = usual.plan,
  } = settings.read('settings', keptSchema) ?? {};
  return { engine, consent, plan };
}

/** Keeps what is given and leaves the rest; gives all. */
export function changeSettings(folder: SiteFolder, changed: Partial<Settings>): Settings {
  const all = { ...readSettings(folder), ...changed };
  folder.settings.write('settings', all);
  return all;
}
