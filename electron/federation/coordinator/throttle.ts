/** Does something soon, but not more often than every so many milliseconds; what comes in between is done together. */
export class Throttle {
  readonly #every: number;
  readonly #act: () => void;
  #doneAt = Number.NEGATIVE_INFINITY; // of a clock that nobody sets
  #timer: NodeJS.Timeout | undefined;

  constructor(every: number, act: () => void) {
    this.#every = every;
    this.#act = act;
  }

  /** `act` follows, at the latest after `every` milliseconds. */
  soon(): void {
    if (this.#timer) return;
    const wait = Math.max(0, this.#doneAt + this.#every - performance.now());
    this.#timer = setTimeout(() => {
      this.done();
      this.#act();
    }, wait);
  }

  /** It was done just now, for another reason. */
  done(): void {
    this.stop();
    this.#doneAt = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
