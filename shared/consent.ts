/**
 * What is asked before anything leaves, and what is answered. Schemas of the consent prompt, the policy file and the
 * ledger.
 */
import { z } from 'zod';

import type { Stage } from './protocol/rounds.ts';

export const payloadKinds = ['features', 'weights'] as const;
export type PayloadKind = (typeof payloadKinds)[number];

/** A site as others know it: the name it gave itself and its Ed25519 public key's fingerprint. */
export interface Party {
  name: string;
  fingerprint: string;
}

export interface Recipient extends Party {
  /** True where this person has not approved this fingerprint before. No standing permission covers it. */
  isNew: boolean;
}

/** Everything that a prompt shows and the ledger keeps about one payload; the payload itself stays apart. */
export interface PayloadDescription {
  kind: PayloadKind;
  federation: string;
  stage: Stage;
  round: number; // from 1
  rounds: number; // of this stage
  asker: Party; // the coordinator
  recipients: Recipient[]; // features: the other sites; weights: the coordinator
  bytes: number; // before sealing
  sha256: string; // of the payload, hex
  vectors: number; // 0 for weights
  vectorLength: number; // numbers a vector; 0 for weights
  parameters: number; // numbers in the weights; 0 for features
  volumes: number; // that the payload was computed from
  /** What was done to the vectors: clipping, noise, rounding, in plain words. */
  treatment: string;
  /** The vectors in two dimensions (principal components), for a picture. Empty for weights. */
  projection: { x: number; y: number; partition: number }[];
}

/** Bounds of a standing permission or a policy; what is absent is not bounded. */
export const boundsSchema = z.strictObject({
  vectors: z.int().positive().optional(), // at most, a batch
  bytes: z.int().positive().optional(), // at most, a payload
  rounds: z.int().positive().optional(), // only rounds up to this one
  // Fingerprints; without them a policy covers every site that the federation admits
  recipients: z.array(z.string().min(1)).optional(),
  until: z.iso.datetime({ offset: true }).optional(), // RFC 3339
});
export type Bounds = z.infer<typeof boundsSchema>;

/** A policy file: what may leave when nobody sits at the screen. */
export const policySchema = boundsSchema.extend({
  allow: z.array(z.enum(payloadKinds)),
});
export type Policy = z.infer<typeof policySchema>;

export const answers = ['allow-once', 'allow-run', 'refuse', 'refuse-and-leave'] as const;
export type Answer = (typeof answers)[number];

/** Who decided where there was no answer in time. */
export const NOBODY = 'nobody';

export interface Decision {
  answer: Answer;
  /**
   * Who decided: a person's account name, `policy FILE`, `standing permission`, `rule of the site`, or `nobody` (no
   * answer in time).
   */
  by: string;
  reason: string; // in plain words, also for an allowance
  /** Bounds of `allow-run`. */
  bounds?: Bounds;
}

/**
 * Decides about one payload. The time to answer is over at `answerBy` (ms since 1970), which is a no; `signal` aborts
 * then, or when nobody needs the answer any more.
 */
export type Decider = (payload: PayloadDescription, signal: AbortSignal, answerBy: number) => Promise<Decision>;
