/**
 * The questions that wait for a person at a window. The desk holds the promises too: nothing is allowed within the
 * first moment of a question, within bounds that were not stated, or after its time.
 */

import { randomBytes } from 'node:crypto';
import { LEAST_READING_TIME, type Question } from '../../../shared/api/consent.ts';
import type { SiteApi } from '../../../shared/api.ts';
import { type Bounds, type Decision, NOBODY, type PayloadDescription } from '../../../shared/consent.ts';
import { fault } from '../../../shared/errors.ts';
import { brokenBound } from '../../site/consent/bounds.ts';
import { answerInWords, nobodyDecided } from '../../site/consent/decisions.ts';
import { type PersonalDecider, personal } from '../../site/consent/person.ts';

export type WindowAnswer = Parameters<SiteApi['answerQuestion']>[1];

export interface DeskOptions {
  person: string; // account name, for the ledger
  /** Hears of every change of the open questions, oldest first. */
  show: (questions: Question[]) => void;
}

interface Open {
  question: Question;
  shownAt: number; // of a clock that nobody sets
  settle: (decision: Decision) => void;
}

export class ConsentDesk {
  /** Puts each payload on the desk and waits for the person. */
  readonly decider: PersonalDecider;
  readonly #person: string;
  readonly #show: (questions: Question[]) => void;
  #open: Open[] = [];
  #closed = false;

  constructor({ person, show }: DeskOptions) {
    this.#person = person;
    this.#show = show;
    this.decider = personal((payload, signal, answerBy) => this.#ask(payload, signal, answerBy));
  }

  /**
   * Throws `consent.question-gone`, and with the question left open `consent.too-quick` or `consent.bounds-unsound`.
   * A refusal is never refused.
   */
  answer(id: string, { answer, reason, bounds }: WindowAnswer): void {
    const open = this.#open.find(({ question }) => question.id === id);
    if (!open) throw fault('consent.question-gone');
    const allows = answer === 'allow-once' || answer === 'allow-run';
    if (allows && performance.now() - open.shownAt < LEAST_READING_TIME) throw fault('consent.too-quick');
    const granted = answer === 'allow-run' ? soundBounds(bounds, open.question.payload) : undefined;
    this.#take(open);
    open.settle({
      answer,
      by: this.#person,
      reason: reason.trim() || answerInWords(answer, 'window'),
      bounds: granted,
    });
  }

  /** Every open question is a no, for this reason. */
  refuseAll(by: string, reason: string): void {
    for (const open of [...this.#open]) {
      this.#take(open);
      open.settle({ answer: 'refuse', by, reason });
    }
  }

  /** The program ends: what is open is a no, and so is what is asked from now on. */
  close(): void {
    this.#closed = true;
    this.refuseAll(NOBODY, CLOSED);
  }

  #ask(payload: PayloadDescription, signal: AbortSignal, answerBy: number): Promise<Decision> {
    if (this.#closed || signal.aborted) return Promise.resolve(nobodyDecided(CLOSED));
    return new Promise((resolve) => {
      const question: Question = {
        id: `question-${randomBytes(4).toString('hex')}`,
        payload,
        askedAt: Date.now(),
        answerBy,
        proposed: proposedBounds(payload),
      };
      const open: Open = { question, shownAt: performance.now(), settle: resolve };
      // The gate takes the end of the time for a no by itself.
      signal.addEventListener('abort', () => this.#take(open), { once: true });
      this.#open.push(open);
      this.#tell();
    });
  }

  #take(open: Open): void {
    const left = this.#open.filter((other) => other !== open);
    if (left.length === this.#open.length) return;
    this.#open = left;
    this.#tell();
  }

  #tell(): void {
    this.#show(this.#open.map(({ question }) => question));
  }
}

const CLOSED = 'Isocenter was closed before anybody answered';

/** As much as this payload and no more, for those whom the person sees, to the last round of the stage. */
export function proposedBounds({ kind, vectors, bytes, rounds, recipients }: PayloadDescription): Bounds {
  return {
    ...(kind === 'features' ? { vectors } : {}),
    bytes,
    rounds,
    recipients: recipients.map(({ fingerprint }) => fingerprint),
  };
}

/** A permission has an end, a size and names; none of whom the person has not seen in this question. */
function soundBounds(bounds: Bounds | null, payload: PayloadDescription): Bounds {
  const unsound = (problem: string) => fault('consent.bounds-unsound', { problem });
  if (bounds?.rounds === undefined) throw unsound('the last round is missing');
  if (bounds.bytes === undefined) throw unsound('the size is missing');
  if (bounds.recipients === undefined) throw unsound('the recipients are missing');
  const shown = payload.recipients.map(({ fingerprint }) => fingerprint);
  if (!bounds.recipients.every((recipient) => shown.includes(recipient))) {
    throw unsound('it names a recipient that the question does not');
  }
  const broken = brokenBound(bounds, payload, new Date());
  if (broken !== undefined) throw unsound(`it would not cover this very payload (${broken})`);
  return bounds;
}
