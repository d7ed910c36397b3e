/** Which question is on the screen. One that a person puts off waits in the inbox; its time goes on. */
import type { Question } from '../../shared/api/consent.ts';
import { site } from './site.svelte.ts';

class ConsentState {
  #putOff = $state.raw<ReadonlySet<string>>(new Set());

  get waiting(): Question[] {
    return site.snapshot?.questions ?? [];
  }

  /** The oldest question that nobody put off. */
  get shown(): Question | undefined {
    return this.waiting.find(({ id }) => !this.#putOff.has(id));
  }

  putOff(id: string): void {
    this.#putOff = new Set([...this.#putOff, id]);
  }

  show(id: string): void {
    this.#putOff = new Set([...this.waiting.map((question) => question.id)].filter((other) => other !== id));
  }
}

export const consent = new ConsentState();

/** For buttons that let something leave: whoever has the focus is pressed by Enter, and these must not be. */
export function notByEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter') event.preventDefault();
}
