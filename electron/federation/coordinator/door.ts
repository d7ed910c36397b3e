/** Where strangers come to a coordinator: they prove a key, and are let in, shown what an invitation is for, or refused. */
import { fault } from '../../../shared/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import type { MessageOf } from '../../../shared/protocol/messages.ts';
import type { Channel } from '../wire/channel.ts';
import type { ShownFields } from '../wire/handshake.ts';
import { fingerprintOf, type Identity } from '../wire/identity.ts';
import { hashToken } from '../wire/invitation.ts';
import type { Link } from '../wire/link.ts';
import { MinuteCounter } from '../wire/minute-counter.ts';
import { admission } from './admission.ts';
import type { FederationRun, RunOptions } from './federation-run.ts';
import { receive } from './reception.ts';
import type { Session } from './sessions.ts';
import { claimToken } from './tokens.ts';

type Stranger = Link<'coordinator'>;

export interface DoorHandlers {
  /** Who came is saved. */
  onAdmitted(session: Session, holding: MessageOf<'join'>['holding'], again: boolean): void;
  /** The connection ended before; `error` says what was wrong with it. */
  onLost(link: Stranger, code: number, error: unknown): void;
}

export class Door {
  readonly #options: RunOptions & { identity: Identity };
  readonly #run: FederationRun;
  readonly #handshakeTime: number; // ms
  readonly #handlers: DoorHandlers;
  readonly #looks = new MinuteCounter(limits.looksPerMinute);
  readonly #strangers = new Set<Stranger>();

  constructor(
    options: RunOptions & { identity: Identity },
    run: FederationRun,
    handshakeTime: number,
    handlers: DoorHandlers,
  ) {
    this.#options = options;
    this.#run = run;
    this.#handshakeTime = handshakeTime;
    this.#handlers = handlers;
  }

  receive(channel: Channel): void {
    const { identity, federation } = this.#options;
    let proven = false;
    const link = receive(channel, {
      identity,
      federation,
      handshakeTime: this.#handshakeTime,
      onProven: (_link, key, join) => {
        if (proven) throw fault('federation.bad-turn');
        proven = true;
        void this.#run.enqueue(() => this.#admit(link, key, join));
      },
      onLook: (_link, key, token, show) => {
        void this.#run.enqueue(() => this.#show(link, key, token, show));
      },
      onLost: (lost, code, error) => {
        this.#strangers.delete(lost);
        this.#handlers.onLost(lost, code, error);
      },
    });
    this.#strangers.add(link);
    if (this.#strangers.size > limits.handshakes) link.refuse(fault('federation.full'));
  }

  addTokens(hashes: string[]): void {
    const { state } = this.#run;
    const fresh = hashes.filter((hash) => !state.tokens.some((token) => token.hash === hash));
    state.tokens = [...state.tokens, ...fresh.map((hash) => ({ hash, site: null }))];
  }

  /** Sends away who is not in yet: the coordinator stops. */
  close(): void {
    for (const link of this.#strangers) link.refuse(fault('federation.stopping'));
  }

  /** Checks the token and the room; saves who came before the site hears that it is in. */
  async #admit(link: Stranger, key: Uint8Array, join: MessageOf<'join'>): Promise<void> {
    const { state } = this.#run;
    await this.#knownHash(join.token);
    const admitted = admission(state, key, join);
    if ('refused' in admitted) {
      link.refuse(fault(`federation.${admitted.refused}`));
      return;
    }
    const { site, again, tokens, sites } = admitted;
    state.tokens = tokens;
    state.sites = sites;
    await this.#run.save();
    if (!link.open || this.#run.stopped) return;
    this.#strangers.delete(link);
    this.#handlers.onAdmitted({ site, link, leaving: false, announced: '' }, join.holding, again);
  }

  /** Shows what a token is for. It stays as it is: whoever looks is not let in by that. */
  async #show(link: Stranger, key: Uint8Array, token: Uint8Array, show: (fields: ShownFields) => void): Promise<void> {
    const { state, rules } = this.#run;
    const { federation, name, plan, onEvent } = this.#options;
    const fingerprint = fingerprintOf(key);
    const hash = await this.#knownHash(token);
    const claim = claimToken(state.tokens, hash, fingerprint);
    if ('refused' in claim) {
      link.refuse(fault(`federation.${claim.refused}`));
      return;
    }
    if (this.#looks.tooMany(hash, Date.now())) {
      link.refuse(fault('federation.too-often'));
      return;
    }
    if (!link.open) return;
    const { phase, started } = state.rounds;
    show({
      federation,
      coordinator: name,
      plan,
      planHash: Buffer.from(state.planHash, 'hex'),
      state: phase === 'finished' ? 'finished' : started ? 'running' : 'waiting',
      sitesNeeded: rules.sites,
      sites: state.sites.length,
      joinedBefore: state.sites.some((site) => site.fingerprint === fingerprint),
    });
    onEvent({ type: 'looked', fingerprint, remote: link.remote });
  }

  /** The hash of a token, after a look at those that were issued meanwhile where it is not known. */
  async #knownHash(token: Uint8Array): Promise<string> {
    const hash = hashToken(token);
    if (!this.#run.state.tokens.some((known) => known.hash === hash)) {
      this.addTokens((await this.#options.store.issuedTokens?.()) ?? []);
    }
    return hash;
  }
}
