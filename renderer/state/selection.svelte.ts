/**
 * Which rows of a table are chosen, and which one the keyboard is on. Rows are known by their ids; `ids` is always the
 * order in which the table shows them now.
 */
export class Selection {
  chosen = $state.raw<ReadonlySet<string>>(new Set());
  current = $state<string | null>(null);
  #anchor: string | null = null; // where a range begins

  /** This row and no other. */
  only(id: string): void {
    this.chosen = new Set([id]);
    this.current = this.#anchor = id;
  }

  toggle(id: string): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(id)) chosen.add(id);
    this.chosen = chosen;
    this.current = this.#anchor = id;
  }

  /** The rows from where the range began to this one. */
  extendTo(ids: readonly string[], id: string): void {
    const from = Math.max(0, ids.indexOf(this.#anchor ?? this.current ?? id));
    const to = ids.indexOf(id);
    if (to < 0) return;
    this.#anchor = ids[from];
    this.chosen = new Set(ids.slice(Math.min(from, to), Math.max(from, to) + 1));
    this.current = id;
  }

  /** Moves the keyboard's row; with `extend` the range goes with it, else what is chosen stays. */
  move(ids: readonly string[], by: number, extend: boolean): void {
    if (ids.length === 0) return;
    const known = this.current === null ? -1 : ids.indexOf(this.current);
    const at = known < 0 && by < 0 ? ids.length : known; // from outside one comes in at the near end
    const to = Math.min(ids.length - 1, Math.max(0, at + by));
    if (extend) this.extendTo(ids, ids[to]);
    else this.current = this.#anchor = ids[to];
  }

  all(ids: readonly string[]): void {
    this.chosen = new Set(ids);
  }

  none(): void {
    this.chosen = new Set();
  }

  /** Forgets rows that are not there any more. */
  keep(ids: readonly string[]): void {
    const here = new Set(ids);
    const chosen = [...this.chosen].filter((id) => here.has(id));
    if (chosen.length < this.chosen.size) this.chosen = new Set(chosen);
    if (this.current !== null && !here.has(this.current)) this.current = this.#anchor = null;
  }
}
