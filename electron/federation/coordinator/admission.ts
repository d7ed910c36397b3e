/**
 * Who comes to a coordinator proves a key, and is admitted, shown the terms that an invitation leads to, or refused.
 */
import { fault } from '../../../shared/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import type { MessageOf } from '../../../shared/protocol/messages.ts';
import type { Channel } from '../wire/channel.ts';
import type { TermsFields } from '../wire/handshake.ts';
import { fingerprintOf, type Identity } from '../wire/identity.ts';
import { hashToken } from '../wire/invitation.ts';
import type { Link } from '../wire/link.ts';
import { MinuteCounter } from '../wire/minute-counter.ts';
import { answerHandshake } from './handshake.ts';
import type { RoundsOptions } from './rounds.ts';
import type { Session } from './sessions.ts';
import type { CoordinatorState } from './state.ts';
import type { WorkQueue } from './work-queue.ts';

type Candidate = Link<'coordinator'>;

export interface AdmissionOptions extends RoundsOptions {
  identity: Identity;
  state: CoordinatorState;
  queue: WorkQueue;
  handshakeTime: number; // ms
  /** The state with who came is saved. */
  onAdmitted(session: Session, holding: MessageOf<'join'>['holding'], again: boolean): void;
  /** The connection ended before; `error` says what was wrong with it. */
  onLost(link: Candidate, code: number, error: unknown): void;
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #termsShown = new MinuteCounter(limits.termsPerMinute);
  readonly #candidates = new Set<Candidate>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  receive(channel: Channel): void {
    const { identity, federation, handshakeTime, queue, onLost } = this.#options;
    let proven = false;
    const link = answerHandshake(channel, {
      identity,
      federation,
      handshakeTime,
      onProven: (_link, key, join) => {
        if (proven) throw fault('federation.bad-turn');
        proven = true;
        void queue.add(() => this.#admit(link, key, join));
      },
      onTermsAsked: (_link, key, token, show) => {
        void queue.add(() => this.#showTerms(link, key, token, show));
      },
      onLost: (lost, code, error) => {
        this.#candidates.delete(lost);
        onLost(lost, code, error);
      },
    });
    this.#candidates.add(link);
    if (this.#candidates.size > limits.handshakes) link.refuse(fault('federation.full'));
  }

  /** Sends away who is not in yet: the coordinator stops. */
  close(): void {
    for (const link of this.#candidates) link.refuse(fault('federation.stopping'));
  }

  /** Checks the token and the room; saves who came before the site hears that it is in. */
  async #admit(link: Candidate, key: Uint8Array, join: MessageOf<'join'>): Promise<void> {
    const { state, store, queue, onAdmitted } = this.#options;
    const admitted = state.admit(key, await this.#knownHash(join.token), join);
    if ('refused' in admitted) {
      link.refuse(fault(`federation.${admitted.refused}`));
      return;
    }
    await store.save(state.snapshot());
    if (!link.open || queue.stopped) return;
    this.#candidates.delete(link);
    const { site, again } = admitted;
    onAdmitted({ site, link, leaving: false, announced: '' }, join.holding, again);
  }

  /** Shows what a token is for. It stays as it is: whoever asks is not let in by that. */
  async #showTerms(
    link: Candidate,
    key: Uint8Array,
    token: Uint8Array,
    show: (fields: TermsFields) => void,
  ): Promise<void> {
    const { state, federation, name, plan, sites, onEvent } = this.#options;
    const fingerprint = fingerprintOf(key);
    const hash = await this.#knownHash(token);
    const refusal = state.tokenRefusal(hash, fingerprint);
    if (refusal !== undefined) {
      link.refuse(fault(`federation.${refusal}`));
      return;
    }
    if (this.#termsShown.tooMany(hash, Date.now())) {
      link.refuse(fault('federation.too-often'));
      return;
    }
    if (!link.open) return;
    const { rounds, planHash } = state.view;
    show({
      federation,
      coordinator: name,
      plan,
      planHash: Buffer.from(planHash, 'hex'),
      state: rounds.phase === 'finished' ? 'finished' : rounds.started ? 'running' : 'waiting',
      sitesNeeded: sites,
      sites: state.view.sites.length,
      joinedBefore: state.site(fingerprint) !== undefined,
    });
    onEvent({ type: 'terms-shown', fingerprint, remote: link.remote });
  }

  /** The hash of a token; where it is not known, those that were issued meanwhile are read first. */
  async #knownHash(token: Uint8Array): Promise<string> {
    const { state, store } = this.#options;
    const hash = hashToken(token);
    if (!state.knowsToken(hash)) state.addTokens((await store.issuedTokens?.()) ?? []);
    return hash;
  }
}
