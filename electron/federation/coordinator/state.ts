/**
 * The coordinator's state, and its only writer: everybody else reads, and changes it by calling what stands here. It is
 * what the store keeps, and what follows from that.
 */
import type { Party } from '../../../shared/consent.ts';
import { fault } from '../../../shared/errors.ts';
import { sha256 } from '../../../shared/hash.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import type { MessageOf } from '../../../shared/protocol/messages.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';
import { fingerprintOf } from '../wire/identity.ts';
import { layoutOf, readWeights } from '../wire/weights-frame.ts';
import { firstState, type RoundAction, type RoundEvent, type RoundRules, resume, step } from './round.ts';
import type { AdmittedSite, ReceivedFeatures, ReceivedUpdate, SavedState } from './store.ts';
import { claimToken } from './tokens.ts';

/** What it is read as. */
export type StateView = {
  readonly [Name in keyof SavedState]: SavedState[Name] extends (infer Entry)[]
    ? readonly Readonly<Entry>[]
    : Readonly<SavedState[Name]>;
};

type Admission = { site: AdmittedSite; again: boolean } | { refused: 'unknown-token' | 'token-used' | 'full' };

export class CoordinatorState {
  readonly #rules: RoundRules;
  readonly #saved: SavedState;
  #layout: string | undefined;
  #weightsHash: Uint8Array | undefined;

  /** Goes on with what the store kept; `own` names who made its weights, where they are broken. */
  constructor(
    rules: RoundRules,
    { federation, planHash }: Pick<SavedState, 'federation' | 'planHash'>,
    saved: SavedState | undefined,
    own: string,
  ) {
    this.#rules = rules;
    this.#saved = saved ?? {
      federation,
      planHash,
      tokens: [],
      sites: [],
      rounds: firstState(rules),
      countedRounds: 0,
      weights: null,
      features: [],
      updates: [],
    };
    if (saved?.weights) this.replaceWeights(saved.weights.stage, saved.weights.bytes, own);
  }

  // Read

  get view(): StateView {
    return this.#saved;
  }

  /** Names and shapes of the global weights, which every update must have; undefined before the first were made. */
  get layout(): string | undefined {
    return this.#layout;
  }

  /** SHA-256 of the global weights; undefined before the first were made. */
  get weightsHash(): Uint8Array | undefined {
    return this.#weightsHash;
  }

  /** Throws `federation.nothing-to-average` before the first were made. */
  get weights(): Uint8Array {
    const { weights } = this.#saved;
    if (!weights) throw fault('federation.nothing-to-average');
    return weights.bytes;
  }

  /** Undefined for one that was never admitted. */
  site(fingerprint: string): AdmittedSite | undefined {
    return this.#saved.sites.find((site) => site.fingerprint === fingerprint);
  }

  party(fingerprint: string): Party {
    return { name: this.site(fingerprint)?.name ?? 'unknown', fingerprint };
  }

  knowsToken(hash: string): boolean {
    return this.#saved.tokens.some((token) => token.hash === hash);
  }

  /** Why this site may not use the token; undefined where it may. */
  tokenRefusal(hash: string, site: string): 'unknown-token' | 'token-used' | undefined {
    const claim = claimToken(this.#saved.tokens, hash, site);
    return 'refused' in claim ? claim.refused : undefined;
  }

  /** All of it as it is now, in lists of its own, so that saving may take its time. */
  snapshot(): SavedState {
    const { tokens, sites, features, updates } = this.#saved;
    return {
      ...this.#saved,
      tokens: [...tokens],
      sites: [...sites],
      features: [...features],
      updates: [...updates],
    };
  }

  // Write: who takes part

  addTokens(hashes: string[]): void {
    const fresh = hashes.filter((hash) => !this.knowsToken(hash));
    this.#saved.tokens = [...this.#saved.tokens, ...fresh.map((hash) => ({ hash, site: null }))];
  }

  /** Lets in a site that has proved its key and gives the token of this hash; `again` where it was in before. */
  admit(key: Uint8Array, tokenHash: string, join: MessageOf<'join'>): Admission {
    const fingerprint = fingerprintOf(key);
    const claim = claimToken(this.#saved.tokens, tokenHash, fingerprint);
    if ('refused' in claim) return claim;
    const others = this.#saved.sites.filter((site) => site.fingerprint !== fingerprint);
    const again = others.length < this.#saved.sites.length;
    if (!again && others.length >= limits.sites) return { refused: 'full' };
    // Copies: what a message holds is a view into its whole frame.
    const site: AdmittedSite = {
      fingerprint,
      key: new Uint8Array(key),
      name: join.name,
      volumes: join.volumes,
      sealingKey: new Uint8Array(join.sealingKey),
      sealingSignature: new Uint8Array(join.sealingSignature),
    };
    this.#saved.tokens = claim.tokens;
    this.#saved.sites = [...others, site];
    return { site, again };
  }

  // Write: the round

  /** What the state machine makes of the event; gives what is to be done. */
  apply(event: RoundEvent): RoundAction[] {
    const { state, actions } = step(this.#rules, this.#saved.rounds, event);
    this.#saved.rounds = state;
    return actions;
  }

  /** After a restart; gives the step that may have been cut off. */
  resume(at: number): RoundAction[] {
    const { state, actions } = resume(this.#rules, this.#saved.rounds, at);
    this.#saved.rounds = state;
    return actions;
  }

  /** Nothing of another round stays. */
  clearAnswers(): void {
    this.#saved.features = [];
    this.#saved.updates = [];
  }

  keepFeatures(features: ReceivedFeatures): void {
    this.#saved.features.push(features);
  }

  keepUpdate(update: ReceivedUpdate): void {
    this.#saved.updates.push(update);
  }

  /** Throws `federation.bad-weights`, naming `maker`, where they are none. */
  replaceWeights(stage: Stage, bytes: Uint8Array, maker: string): void {
    this.#layout = layoutOf(readWeights(bytes, maker));
    this.#weightsHash = sha256(bytes);
    this.#saved.weights = { stage, bytes };
  }

  countRound(): void {
    this.#saved.countedRounds += 1;
  }
}
