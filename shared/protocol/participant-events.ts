/** Everything that happens at a participant, for a terminal or a page. */
import type { Party } from '../consent.ts';
import type { AnswerSubject, Phase, Stage } from './rounds.ts';

/** What happens, where there is something to say of it: `words` is a sentence for a person. */
export type ParticipantNews = { words: string } & (
  | { type: 'connected'; again: boolean }
  | { type: 'disconnected'; reason: string }
  /** To be shown loudly: without TLS, or with TLS that ends before the coordinator. */
  | { type: 'insecure' }
  /** Features of a peer were not used. */
  | { type: 'peer-refused'; site: Party; error: Error }
  /** An answer came too late, and the round goes on without it. */
  | { type: 'late'; about: AnswerSubject; stage: Stage; round: number }
  | { type: 'round-over'; stage: Stage; round: number; counted: boolean; sites: number }
);

/** How things stand, for a page. */
export type ParticipantState =
  /** The other admitted sites, whenever that changes. */
  | { type: 'roster'; sites: (Party & { present: boolean })[] }
  /** A phase is open, of a round that this site is a member of or not. */
  | ({ type: 'phase' } & OpenPhase);

export interface OpenPhase {
  stage: Stage;
  round: number;
  rounds: number; // of this stage
  phase: Exclude<Phase, 'finished'>;
  deadline: number | null; // milliseconds since 1970
  missing: Party[]; // whom it waits for; empty also where the coordinator does not tell
}

export type ParticipantEvent = ParticipantNews | ParticipantState;
