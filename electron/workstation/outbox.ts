/**
 * What is told to every window, gathered so that a quick import or run does not drown them: at once after a silence,
 * else when the pause is over, each time with the newest state.
 */
import type { Changing, SiteEvent, Snapshot } from '../../shared/api.ts';

const PAUSE = 200; // ms; five times a second looks smooth for counts and curves

export class Outbox {
  readonly #tell: (event: SiteEvent) => void;
  readonly #beforeTelling: (lists: ReadonlySet<Changing>) => void;
  #snapshot: Partial<Snapshot> = {};
  readonly #lists = new Set<Changing>();
  #lastTold = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  /** `beforeTelling` is called with the lists that changed, and may still change the snapshot. */
  constructor(tell: (event: SiteEvent) => void, beforeTelling: (lists: ReadonlySet<Changing>) => void) {
    this.#tell = tell;
    this.#beforeTelling = beforeTelling;
  }

  /** What changed of the snapshot. */
  put(changed: Partial<Snapshot>): void {
    Object.assign(this.#snapshot, changed);
    this.#schedule();
  }

  /** A list that pages read by a verb. */
  putList(what: Changing): void {
    this.#lists.add(what);
    this.#schedule();
  }

  /** Tells what waits, and nothing more afterwards until something is put in. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#beforeTelling(this.#lists);
    const changed = this.#snapshot;
    const lists = [...this.#lists];
    this.#snapshot = {};
    this.#lists.clear();
    this.#lastTold = performance.now();
    if (Object.keys(changed).length > 0) this.#tell({ type: 'snapshot', changed });
    for (const what of lists) this.#tell({ type: 'changed', what });
  }

  #schedule(): void {
    if (this.#timer) return;
    const wait = this.#lastTold + PAUSE - performance.now();
    this.#timer = setTimeout(() => this.flush(), Math.max(0, wait)); // also at 0, so that one go holds all of one step
  }
}
