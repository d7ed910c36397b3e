/** What waits for a person's decision, and what stands. */
import { z } from 'zod';
import {
  answers,
  type Bounds,
  boundsSchema,
  type Party,
  type PayloadDescription,
  type PayloadKind,
} from '../consent.ts';
import type { Stage } from '../protocol/rounds.ts';
import { idSchema, noteSchema, verb } from './verb.ts';

export interface Question {
  id: string;
  payload: PayloadDescription;
  askedAt: number; // ms since 1970
  answerBy: number; // ms since 1970; no answer by then is a no
  /** What `allow-run` covers unless the person changes it: this size, these recipients, to the stage's last round. */
  proposed: Bounds;
}

export interface StandingPermission {
  id: string;
  run: string;
  federation: string;
  coordinator: Party;
  stage: Stage;
  kind: PayloadKind;
  bounds: Bounds;
  words: string; // the bounds in plain words
  grantedBy: string;
  grantedAt: string;
}

export interface KnownParty extends Party {
  approvedAt: string;
}

/** An allowance within this time of the question is taken for a slip and refused with `consent.too-quick`. */
export const LEAST_READING_TIME = 1000; // ms

export const consentVerbs = {
  answerQuestion: verb()(
    idSchema,
    z.strictObject({
      answer: z.enum(answers),
      reason: noteSchema,
      // Of allow-run: rounds, bytes and recipients at least, recipients among those asked for
      bounds: boundsSchema.nullable(),
    }),
  ),
  withdrawPermission: verb()(idSchema),
  listKnownParties: verb<KnownParty[]>()(),
  /** Whoever is forgotten is new again: no standing permission covers it, and those that named it are withdrawn. */
  forgetParty: verb()(z.string().min(1).max(100)),
};
