/** The record of every decision. */
import type { Bounds, PayloadDescription } from '../consent.ts';
import type { ExportedFile } from './review.ts';
import { verb } from './verb.ts';

/** Without its picture; entries of early versions do not say how many rounds the stage has. */
export type LedgerPayload = Omit<PayloadDescription, 'projection' | 'rounds'> & { rounds?: number };

export interface LedgerLine {
  number: number;
  at: string;
  type: 'decision' | 'outcome' | 'permission-granted' | 'permission-withdrawn' | 'party-forgotten';
  words: string; // one sentence: "anna allowed feature vectors of round 2 to leave for 2 sites."
  by: string;
  answer: string | null; // of a decision
  outcome: 'sent' | 'withheld' | 'failed' | null; // what became of it; null while it is open
  payload: LedgerPayload | null;
  bounds: Bounds | null;
  reason: string;
  hash: string;
}

export interface LedgerView {
  lines: LedgerLine[]; // oldest first
  head: string; // hash of the last entry
  broken: { number: number; reason: string } | null;
}

export const ledgerVerbs = {
  /** Walks the whole chain and gives all of it. */
  readLedger: verb<LedgerView>()(),
  /** The chain as JSON lines, as they are hashed. */
  exportLedger: verb<ExportedFile>()(),
};
