/** A list that is read by a verb, and read again when the site says that it changed. Create it in a component. */
import type { Changing } from '../../shared/api.ts';
import type { ErrorReport } from '../../shared/errors.ts';
import { reportOf, site } from './site.svelte.ts';

export class List<Value> {
  value = $state.raw<Value | null>(null); // null until the first answer
  error = $state.raw<ErrorReport | null>(null);
  #read: () => Promise<Value>;
  #asked = 0;
  #answered = 0;

  /** `read` may use reactive state: it is called again when that changes. */
  constructor(read: () => Promise<Value>, ...changing: Changing[]) {
    this.#read = read;
    $effect(() => {
      for (const what of changing) site.changes[what];
      void this.reload();
    });
  }

  async reload(): Promise<void> {
    const turn = ++this.#asked;
    try {
      const value = await this.#read();
      if (turn < this.#answered) return; // a later question was answered sooner
      this.value = value;
      this.error = null;
    } catch (error) {
      if (turn < this.#answered) return;
      this.error = reportOf(error);
    }
    this.#answered = turn;
  }
}
