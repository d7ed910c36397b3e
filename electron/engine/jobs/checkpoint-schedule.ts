/**
 * When a training job writes its checkpoint. Writing takes longer than a step of a small network, so it is done every
 * few seconds, after the last step, and before the job stops because it was asked to. A process that is killed costs
 * what was done since, which the next one does again with the same numbers.
 */
import type { JobContext } from './context.ts';
import { pause } from './context.ts';

export class CheckpointSchedule {
  readonly #context: JobContext;
  readonly #save: () => Promise<void>;
  #savedAt = performance.now();
  #isSaved = true;

  constructor(context: JobContext, save: () => Promise<void>) {
    this.#context = context;
    this.#save = save;
  }

  /** After each step; `isLast` where no other follows. */
  async stepDone(isLast: boolean): Promise<void> {
    this.#isSaved = false;
    if (isLast || performance.now() - this.#savedAt >= this.#context.saveEvery) await this.#saveNow();
  }

  /** Before each step: as `pause`, and stops only after what was done is saved. */
  async pause(): Promise<void> {
    try {
      await pause(this.#context);
    } catch (error) {
      if (!this.#isSaved) await this.#saveNow();
      throw error;
    }
  }

  async #saveNow(): Promise<void> {
    await this.#save();
    this.#isSaved = true;
    this.#savedAt = performance.now();
  }
}
