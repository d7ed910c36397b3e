/** What all windows of a site know: the state that is pushed to each, and the events that tell them what changed. */
import type { Changing, SiteEvent, Snapshot } from '../../shared/api.ts';
import { Outbox } from './outbox.ts';

export class Windows {
  #snapshot: Snapshot;
  readonly #outbox: Outbox;
  readonly #listeners = new Set<(event: SiteEvent) => void>();

  /** `beforeTelling` is called with the lists that changed, and may still change the snapshot. */
  constructor(snapshot: Snapshot, beforeTelling: (lists: ReadonlySet<Changing>) => void) {
    this.#snapshot = snapshot;
    this.#outbox = new Outbox((event) => this.emit(event), beforeTelling);
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Changes what every page sees: here at once, in the windows with the next push. */
  change(changed: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...changed };
    this.#outbox.put(changed);
  }

  /** Tells every window that a list is to be read again; the site's counts follow. */
  changed(what: Changing): void {
    this.#outbox.putList(what);
  }

  emit(event: SiteEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  onEvent(listener: (event: SiteEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells what waits to be told. */
  flush(): void {
    this.#outbox.flush();
  }
}
