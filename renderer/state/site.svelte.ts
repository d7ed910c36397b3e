/** What the site pushes to every page, kept as it came; pages read it and never change it. */
import { SvelteMap } from 'svelte/reactivity';
import type { CurvePoint } from '../../shared/api/training.ts';
import type { Changing, Snapshot } from '../../shared/api.ts';
import { api, bridge } from './bridge.ts';

export { reportOf } from './report.ts';

const READ_AGAIN_AFTER = 500; // ms; an import tells of every volume, and lists are long

class SiteState {
  #snapshot = $state.raw<Snapshot | null>(null);
  connected = $state(false);
  /** Points of the run at work since this page was loaded, by run. */
  readonly points = new SvelteMap<string, { loss: CurvePoint[]; dice: CurvePoint[] }>();
  /** Counts up when a list changed: an effect that reads `changes.volumes` runs again then. */
  readonly changes = $state<Record<Changing, number>>({
    volumes: 0,
    maps: 0,
    runs: 0,
    models: 0,
    ledger: 0,
    settings: 0,
    parties: 0,
  });

  readonly #resting = new Map<Changing, boolean>(); // true: it changed again meanwhile

  constructor() {
    bridge.onEvent((event) => {
      if (event.type === 'snapshot') {
        if (this.#snapshot) this.#snapshot = { ...this.#snapshot, ...event.changed };
      } else if (event.type === 'changed') this.#changed(event.what);
      else {
        const known = this.points.get(event.run) ?? { loss: [], dice: [] };
        this.points.set(event.run, {
          loss: [...known.loss, ...event.loss],
          dice: [...known.dice, ...event.dice],
        });
      }
    });
    bridge.onConnection((connected) => {
      this.connected = connected;
      if (connected) void this.#load();
    });
    void this.#load();
  }

  /** Null until the first answer. */
  get snapshot(): Snapshot | null {
    return this.#snapshot;
  }

  /** Counts at once, then not again for a while; what changed meanwhile counts after it. */
  #changed(what: Changing): void {
    if (this.#resting.has(what)) {
      this.#resting.set(what, true);
      return;
    }
    this.changes[what]++;
    this.#resting.set(what, false);
    setTimeout(() => {
      const again = this.#resting.get(what);
      this.#resting.delete(what);
      if (again) this.#changed(what);
    }, READ_AGAIN_AFTER);
  }

  async #load(): Promise<void> {
    try {
      this.#snapshot = await api.snapshot();
      this.connected = true;
      for (const what of Object.keys(this.changes) as Changing[]) this.changes[what]++;
    } catch {
      this.connected = false; // the bridge tells when it is back
    }
  }
}

export const site = new SiteState();
