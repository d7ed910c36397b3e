import type { Party } from '../consent.ts';
import type { CloseName } from './codes.ts';
import type { AnswerSubject, Phase, Stage } from './rounds.ts';
import type { Traffic } from './traffic.ts';

/** Everything that happens at a coordinator, for a terminal or a page. */
export type CoordinatorEvent =
  | { type: 'listening'; host: string; port: number; secure: boolean }
  /** To be shown loudly: names, weights and who takes part can be read and changed on the way. */
  | { type: 'insecure'; host: string }
  /** Somebody with an invitation was shown what it leads to; nobody was let in. */
  | { type: 'terms-shown'; fingerprint: string; remote: string }
  | { type: 'admitted'; site: Party; volumes: number; again: boolean }
  /** Last signs of life of the sites that are here, every few seconds; `at` is milliseconds since 1970. */
  | { type: 'heard'; sites: (Party & { at: number })[] }
  | { type: 'left'; site: Party; code: number; reason: string }
  /** A connection was refused or closed; `site` is null before it has proved who it is. */
  | { type: 'refused'; site: Party | null; remote: string; code: number; why: CloseName; detail: string }
  /** Before a round, which `started` tells from the first: who is here, how many are needed, who is away. */
  | {
      type: 'waiting';
      stage: Stage;
      round: number;
      rounds: number;
      started: boolean;
      present: Party[];
      needed: number;
      missing: Party[];
    }
  /** `deadline` is milliseconds since 1970; `missing` is whom the phase waits for. */
  | {
      type: 'phase';
      stage: Stage;
      round: number;
      rounds: number;
      phase: Phase;
      deadline: number | null;
      missing: Party[];
    }
  /** A site answered: it sent its features or update (`bytes` of it), or withheld it (0 bytes). */
  | { type: 'answered'; site: Party; about: AnswerSubject; stage: Stage; round: number; bytes: number }
  | {
      type: 'round-finished';
      stage: Stage;
      round: number;
      /** False where fewer sites than the quorum sent weights: the global weights stay as they were. */
      counted: boolean;
      participants: (Party & { volumes: number; loss: number | null })[];
      /** Bytes of each site in this round, as the coordinator saw them. */
      traffic: (Party & { traffic: Traffic })[];
    }
  | { type: 'finished'; bytes: number }
  | { type: 'failed'; error: unknown };
