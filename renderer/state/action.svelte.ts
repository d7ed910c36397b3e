/** A verb behind a button: busy while it runs, its error kept until the next try. */
import type { ErrorReport } from '../../shared/errors.ts';
import { reportOf } from './site.svelte.ts';

export class Action<Args extends unknown[] = []> {
  busy = $state(false);
  error = $state.raw<ErrorReport | null>(null);
  #work: (...args: Args) => Promise<unknown>;

  constructor(work: (...args: Args) => Promise<unknown>) {
    this.#work = work;
  }

  /** True where it succeeded. While it runs, another call does nothing. */
  run = async (...args: Args): Promise<boolean> => {
    if (this.busy) return false;
    this.busy = true;
    this.error = null;
    try {
      await this.#work(...args);
      return true;
    } catch (error) {
      this.error = reportOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  };
}
