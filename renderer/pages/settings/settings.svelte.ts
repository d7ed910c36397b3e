/**
 * The site's settings as its page edits them: each change is saved at once, and the last error kept. Create it in a
 * component.
 */
import type { Settings } from '../../../shared/api/settings.ts';
import { Action } from '../../state/action.svelte.ts';
import { api } from '../../state/bridge.ts';
import { List } from '../../state/list.svelte.ts';

export class SiteSettings {
  #list = new List(() => api.readSettings(), 'settings');
  #change = new Action(async (changed: Partial<Settings>) => {
    this.#list.value = await api.changeSettings(changed);
  });

  /** Null until the first answer. */
  get value(): Settings | null {
    return this.#list.value;
  }

  get error() {
    return this.#change.error ?? this.#list.error;
  }

  get busy(): boolean {
    return this.#change.busy;
  }

  change(changed: Partial<Settings>): Promise<boolean> {
    return this.#change.run(changed);
  }
}
