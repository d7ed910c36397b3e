/** A plan for this site: fitted to the volumes that it may learn from and to what computes here. */
import type { FittedPlan } from '../../shared/fitted-plan.ts';
import type { SiteContext } from './context.ts';
import { engineView } from './engine-choice.ts';
import { siteFingerprint } from './fingerprint.ts';
import { readSettings } from './settings.ts';
import { trainable } from './volumes.ts';

export interface FitOptions {
  seconds?: number; // that fine-tuning may take; absent: its steps are those of the site's usual plan
  signal?: AbortSignal;
}

/** Settings that are not fitted are those of the site's usual plan. Errors as `siteFingerprint`. */
export async function fitPlan(site: SiteContext, { seconds, signal }: FitOptions = {}): Promise<FittedPlan> {
  const { folder } = site;
  const fingerprint = await siteFingerprint(folder, trainable(folder));
  const trainer = site.openTrainer(); // the site's may be at work for days
  try {
    const { engines } = engineView(folder);
    const { plan } = readSettings(folder);
    return await trainer.run('fit', { fingerprint, plan, engines, seconds: seconds ?? null }, { signal });
  } finally {
    await trainer.close();
  }
}
