/** One thing after the other. The first that fails ends the queue: nothing after it is done. */
export class WorkQueue {
  readonly #onFailure: (error: unknown) => void;
  #work: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Resolves when the task is done, or it is sure that it never will be. */
  add(task: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(async () => {
      if (this.#stopped) return;
      try {
        await task();
      } catch (error) {
        this.#stopped = true;
        this.#onFailure(error);
      }
    });
    return this.#work;
  }

  /** Resolves when what was under way is done. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.#work;
  }
}
