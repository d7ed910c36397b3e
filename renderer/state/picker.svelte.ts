/**
 * The open question for a file or folder, where the shell has no dialogs of the system: FolderPicker shows it and
 * answers.
 */
import type { Choice } from '../../shared/shell.ts';

class Picker {
  /** What is asked for; null where nothing is. */
  asking = $state<Choice | null>(null);
  #answer: (paths: string[] | null) => void = () => {};

  /** Resolves with what the person chose, null where they cancelled. */
  ask(what: Choice): Promise<string[] | null> {
    this.answer(null); // an older question gives way
    this.asking = what;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  answer(paths: string[] | null): void {
    this.asking = null;
    this.#answer(paths);
  }
}

export const picker = new Picker();
