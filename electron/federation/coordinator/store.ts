/** What a coordinator keeps on disk. */
import type { Stage } from '../../../shared/protocol/rounds.ts';
import type { SealedBatch } from '../wire/sealing.ts';
import type { RoundState } from './round.ts';

/** A site that was let in. */
export interface AdmittedSite {
  fingerprint: string;
  key: Uint8Array; // Ed25519, raw
  name: string;
  volumes: number; // that it said it has when it last joined
  sealingKey: Uint8Array;
  sealingSignature: Uint8Array;
}

export interface Token {
  hash: string;
  site: string | null; // fingerprint of the site that used it first, and alone may use it again
}

/** A sealed batch of the running round, which the coordinator cannot read. */
export interface ReceivedFeatures {
  site: string; // fingerprint
  sealed: SealedBatch;
}

export interface ReceivedUpdate {
  site: string; // fingerprint
  volumes: number;
  loss: number | null;
  weights: Uint8Array; // safetensors, checked
}

/**
 * Everything that a coordinator needs to go on after it was killed. Plain data: numbers, texts, byte arrays, arrays and
 * objects, so that a store may write it as it likes.
 */
export interface SavedState {
  federation: string;
  planHash: string;
  tokens: Token[]; // given out
  sites: AdmittedSite[];
  rounds: RoundState;
  /** Rounds so far, of both stages, in which the quorum sent weights. */
  countedRounds: number;
  /** Global weights and the stage that they belong to; null before the first were made. */
  weights: { stage: Stage; bytes: Uint8Array } | null;
  features: ReceivedFeatures[];
  updates: ReceivedUpdate[];
}

export interface CoordinatorStore {
  load(): Promise<SavedState | undefined>;
  /** Must keep all of it or nothing: a kill in the middle leaves the state before. */
  save(state: SavedState): Promise<void>;
  /** Hashes of tokens that were issued beside this coordinator (`issueInvitation` in another process). */
  issuedTokens?(): Promise<string[]>;
}
