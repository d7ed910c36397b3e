/** A list that is read by a verb, and read again when the site says that it changed. Create it in a component. */
import type { Changing, ErrorReport } from '../../shared/api.ts';
import { reportOf, site } from './site.svelte.ts';

export class List<Value> {
  value = $state.raw<Value | null>(null); // null until the first answer
  error = $state.raw<ErrorReport | null>(null);
  #read: () => Promise<Value>;

  /** `read` may use reactive state: it is called again when that changes. */
  constructor(read: () => Promise<Value>, ...changing: Changing[]) {
    this.#read = read;
    $effect(() => {
      for (const what of changing) site.changes[what];
      void this.reload();
    });
  }

  async reload(): Promise<void> {
    try {
      this.value = await this.#read();
      this.error = null;
    } catch (error) {
      this.error = reportOf(error);
    }
  }
}
