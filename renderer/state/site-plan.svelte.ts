/** The plan that a form begins with. Create it in a component. */
import type { SiteFit } from '../../shared/api/training.ts';
import type { ErrorReport } from '../../shared/errors.ts';
import type { Plan } from '../../shared/plan.ts';
import { api } from './bridge.ts';
import { reportOf } from './site.svelte.ts';

export class SitePlan {
  /** Null until it is known, and where there is no volume to fit a plan to. */
  fit = $state.raw<SiteFit | null>(null);
  /** The fitted plan, or the usual one where none could be fitted; null until it is known. */
  plan = $state.raw<Plan | null>(null);
  error = $state.raw<ErrorReport | null>(null);

  constructor() {
    void this.#read();
  }

  async #read(): Promise<void> {
    try {
      this.fit = await api.fitPlan();
    } catch (error) {
      this.error = reportOf(error);
    }
    try {
      this.plan = this.fit?.plan ?? (await api.readSettings()).plan;
    } catch (error) {
      this.error ??= reportOf(error);
    }
  }
}
