/**
 * A site's part in a federation: one outbound connection that mends itself, and the rounds as they come. Nothing leaves
 * through it but control messages and `ApprovedPayload`s.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Party } from '../../../shared/consent.ts';
import { fault, isFault } from '../../../shared/errors.ts';
import { planHash } from '../../../shared/hash.ts';
import type { Plan } from '../../../shared/plan.ts';
import { coordinatorAddress, openWayWords } from '../../../shared/protocol/address.ts';
import { closeCodes, mayRetry } from '../../../shared/protocol/codes.ts';
import { defaultTiming, limits, type Timing } from '../../../shared/protocol/limits.ts';
import {
  type CoordinatorMessage,
  type MessageOf,
  nameSchema,
  type SiteMessage,
} from '../../../shared/protocol/messages.ts';
import type { ParticipantEvent } from '../../../shared/protocol/participant-events.ts';
import { noTraffic, type Traffic } from '../../../shared/protocol/traffic.ts';
import { largestSealedBatch } from '../wire/feature-batch.ts';
import { createSealingKeys, type Identity, type SealingKeys } from '../wire/identity.ts';
import type { Invitation } from '../wire/invitation.ts';
import { closeNameOf, type Link, type LinkHandlers } from '../wire/link.ts';
import { dial } from '../wire/socket.ts';
import { hex } from '../wire/transcript.ts';
import { readWeights } from '../wire/weights-frame.ts';
import { closedBy, join } from './handshake.ts';
import { openPhase } from './open-phase.ts';
import { Roster } from './roster.ts';
import { Round } from './round.ts';

export interface ParticipantOptions {
  identity: Identity;
  name: string;
  invitation: Invitation;
  /** Connect here instead (a tunnel, a proxy); the invitation's fingerprint is demanded all the same. */
  address?: { host: string; port: number };
  volumes: number; // that this site trains on
  /** PEM of the authority, or the certificate itself, that a wss coordinator must show; the system's where absent. */
  ca?: string;
  /** Of the plan that the person was shown, hex; a coordinator with another one is refused. */
  planHash?: string;
  signal?: AbortSignal; // ends the participation, as `close` does
  onEvent: (event: ParticipantEvent) => void;
  timing?: Timing;
}

export class Participant {
  readonly federation: string;
  /** Bytes of all connections so far, by kind; it goes on counting. */
  readonly traffic: Traffic = noTraffic();
  readonly #options: ParticipantOptions;
  readonly #timing: Timing;
  readonly #url: URL;
  readonly #sealingKeys: SealingKeys;
  readonly #roster: Roster;
  readonly #stop = new AbortController(); // ends waiting and dialling
  #plan: Plan | undefined;
  #planHash = '';
  #coordinator: Party;
  #link: Link<'site'> | undefined;
  #round: Round | undefined; // announced last and not over
  #waiting: Round | undefined; // announced, and not yet taken by `rounds`
  #wake: (() => void) | undefined;
  #ended = false;
  #error: unknown;
  #finalWeights: Uint8Array | undefined;
  #countedRounds = 0;

  private constructor(options: ParticipantOptions) {
    const { identity, invitation, name, address } = options;
    this.#options = options;
    this.#timing = options.timing ?? defaultTiming;
    const invited = coordinatorAddress(invitation.address);
    const host = address?.host.includes(':') ? `[${address.host.replace(/^\[|\]$/g, '')}]` : address?.host;
    this.#url = address ? coordinatorAddress(`${invited.protocol}//${host}:${address.port}`) : invited;
    this.federation = invitation.federation;
    this.#coordinator = { name: 'the coordinator', fingerprint: invitation.fingerprint };
    this.#sealingKeys = createSealingKeys(identity, invitation.federation, name);
    this.#roster = new Roster(invitation.federation, identity.fingerprint);
  }

  /**
   * Connects and is admitted. Throws `federation.unreachable`, `-untrusted-certificate`, `-certificate-unsound` (of
   * `ca`), `-wrong-coordinator`, `-wrong-federation`, `-wrong-plan`, `-other-plan`, `-name-unsound`, or what the
   * coordinator gives as its reason (`-unknown-token`, `-token-used`...).
   */
  static async connect(options: ParticipantOptions): Promise<Participant> {
    if (!nameSchema.safeParse(options.name).success) throw fault('federation.name-unsound', { name: options.name });
    const participant = new Participant(options);
    options.signal?.addEventListener('abort', () => void participant.close(), { once: true });
    if (options.signal?.aborted) await participant.close();
    await participant.#connect();
    return participant;
  }

  get plan(): Plan {
    if (!this.#plan) throw fault('federation.bad-turn'); // cannot be: `connect` resolves with a plan
    return this.#plan;
  }

  get coordinator(): Party {
    return this.#coordinator;
  }

  /** No further round will come: the federation is finished, or this site left, gave up or was sent away. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The federation's last global weights (safetensors), when it is finished. */
  get finalWeights(): Uint8Array | undefined {
    return this.#finalWeights;
  }

  /**
   * Rounds that this site took part in since `connect`, and that it heard were averaged. One whose end fell into a
   * broken connection is missing.
   */
  get countedRounds(): number {
    return this.#countedRounds;
  }

  /** The other admitted sites, here or not. */
  peers(): (Party & { present: boolean })[] {
    return this.#roster.parties();
  }

  /**
   * The rounds that this site is a member of, as they are announced. Ends when the federation is finished or this site
   * left; throws what ended the participation otherwise.
   */
  async *rounds(): AsyncGenerator<Round, void, void> {
    for (;;) {
      const round = this.#waiting;
      this.#waiting = undefined;
      if (round) yield round;
      else if (this.#ended) break;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
    if (this.#error !== undefined) throw this.#error;
  }

  /** Says goodbye, so that nobody waits for this site. It may join again. */
  async leave(reason: string): Promise<void> {
    const words = [...reason.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, ' ')]
      .slice(0, limits.reasonLength / 2)
      .join('');
    this.#send({ type: 'leave', reason: words || 'left' });
    await this.close();
  }

  /** Ends the connection without a goodbye, as when the program stops: the others wait a moment for its return. */
  async close(): Promise<void> {
    this.#end(undefined);
    await this.#link?.end('left');
  }

  async #connect(): Promise<void> {
    const { identity, name, volumes, invitation, ca, onEvent } = this.#options;
    const again = this.#plan !== undefined;
    const channel = await dial({
      url: this.#url,
      invitedHost: coordinatorAddress(invitation.address).hostname,
      ca,
      timing: this.#timing,
      signal: this.#stop.signal,
    });
    const round = this.#round;
    const { bound } = await join(channel, {
      identity,
      name,
      volumes,
      invitation,
      sealingKeys: this.#sealingKeys,
      holding: round ? { stage: round.stage, round: round.number, weights: round.weightsHash } : null,
      traffic: this.traffic,
      handshakeTime: this.#timing.handshakeTime,
      onAdmitted: (link, admitted) => this.#admitted(link, admitted),
    });
    onEvent({ type: 'connected', again, words: `Connected to ${this.#coordinator.name}.` });
    const warning = openWayWords(this.#url, bound);
    if (warning !== undefined) onEvent({ type: 'insecure', words: warning });
  }

  #admitted(link: Link<'site'>, admitted: MessageOf<'admitted'>): LinkHandlers<CoordinatorMessage> {
    const { federation, coordinator, plan } = admitted;
    if (this.#ended) throw fault('federation.left'); // while it was connecting
    if (federation !== this.federation) {
      throw fault('federation.wrong-federation', { found: federation, expected: this.federation });
    }
    const hash = planHash(plan);
    if (hash !== hex(admitted.planHash)) throw fault('federation.wrong-plan');
    const shown = this.#options.planHash;
    if (shown !== undefined && hash !== shown) throw fault('federation.other-plan');
    if (this.#plan && hash !== this.#planHash) throw fault('federation.plan-changed', { federation });
    this.#plan = plan;
    this.#planHash = hash;
    this.#coordinator = { name: coordinator, fingerprint: this.#options.invitation.fingerprint };
    this.#link = link;
    return {
      payloadLimit: (message) => this.#payloadLimit(message),
      onMessage: (message, payload) => this.#onMessage(message, payload),
      onClose: (code, error) => this.#onClose(code, error),
    };
  }

  #payloadLimit(message: CoordinatorMessage): number {
    if (message.type === 'relayed') return largestSealedBatch(this.plan);
    if (message.type === 'announce' || message.type === 'finished') return limits.weightsBytes;
    throw fault('federation.bad-turn');
  }

  #onMessage(message: CoordinatorMessage, payload: Uint8Array): void {
    switch (message.type) {
      case 'roster':
        this.#roster.update(message.sites);
        this.#options.onEvent({ type: 'roster', sites: this.peers() });
        return;
      case 'announce':
        this.#onAnnounce(message, payload);
        return;
      case 'relayed':
        if (this.#round?.matches(message)) this.#round.receive(message, payload);
        return;
      case 'training':
        if (!this.#round?.matches(message)) return;
        this.#round.closeFeatures();
        this.#tellPhase(this.#round, 'training', message.remaining);
        return;
      case 'waiting':
        this.#onWaiting(message);
        return;
      case 'counted':
        if (this.#round?.matches(message)) this.#round.counted(message.about);
        return;
      case 'refused':
        this.#onRefused(message);
        return;
      case 'round-over':
        this.#onRoundOver(message);
        return;
      case 'finished':
        readWeights(payload, this.#coordinator.name);
        this.#finalWeights = payload;
        void this.leave('finished');
        return;
      default:
        throw fault('federation.bad-turn');
    }
  }

  #onAnnounce(announce: MessageOf<'announce'>, weights: Uint8Array): void {
    const known = this.#round;
    const same = known?.matches(announce) && (weights.length === 0 || Buffer.compare(weights, known.weights) === 0);
    if (known && same) {
      known.resync(announce);
      this.#tellPhase(known, announce.phase, announce.remaining);
      return;
    }
    if (weights.length === 0) throw fault('federation.bad-turn');
    known?.end();
    const { identity, volumes, onEvent } = this.#options;
    const { plan, federation, coordinator } = this;
    this.#round = new Round(
      {
        identity,
        sealingKeys: this.#sealingKeys,
        roster: this.#roster,
        plan,
        planHash: this.#planHash,
        federation,
        coordinator,
        volumes,
        send: (message, payload) => this.#send(message, payload),
        onPeerRefused: (site, error) =>
          onEvent({
            type: 'peer-refused',
            site,
            error,
            words: `Features of ${site.name} are not used: ${error.message}`,
          }),
      },
      announce,
      weights,
    );
    this.#waiting = this.#round;
    this.#tellPhase(this.#round, announce.phase, announce.remaining);
    this.#wake?.();
  }

  #tellPhase({ stage, number, rounds }: Round, phase: 'features' | 'training', remaining: number): void {
    const deadline = Date.now() + remaining;
    this.#options.onEvent({ type: 'phase', stage, round: number, rounds, phase, deadline, missing: [] });
  }

  #onWaiting(message: MessageOf<'waiting'>): void {
    const { identity, name } = this.#options;
    const self = { name, fingerprint: identity.fingerprint };
    const open = openPhase(message, { plan: this.plan, round: this.#round, parties: [self, ...this.peers()] });
    if (open) this.#options.onEvent({ type: 'phase', ...open });
  }

  #onRefused(message: MessageOf<'refused'>): void {
    const { about, stage, round } = message;
    if (!this.#round?.matches(message)) return;
    this.#round.refused(message);
    const words = `The ${about} of round ${round} came too late and ${about === 'features' ? 'were' : 'was'} not counted.`;
    this.#options.onEvent({ type: 'late', about, stage, round, words });
  }

  #onRoundOver(message: MessageOf<'round-over'>): void {
    if (!this.#round?.matches(message)) return;
    const { stage, round, counted, sites } = message;
    this.#round.end();
    if (this.#waiting === this.#round) this.#waiting = undefined;
    this.#round = undefined;
    if (counted) this.#countedRounds += 1;
    const words = counted
      ? `Round ${round}: weights of ${sites} sites were averaged.`
      : `Round ${round} does not count: only ${sites} sites sent weights.`;
    this.#options.onEvent({ type: 'round-over', stage, round, counted, sites, words });
  }

  #onClose(code: number, error: unknown): void {
    this.#link = undefined;
    if (this.#ended) return;
    const why = error ?? closedBy(code, this.#url.host);
    const reason = why instanceof Error ? why.message : String(why);
    this.#options.onEvent({ type: 'disconnected', reason, words: `The connection broke: ${reason}` });
    // A coordinator that breaks the protocol would only do so again.
    if (error !== undefined || !mayRetry(code)) this.#end(why);
    else void this.#reconnect();
  }

  /** Tries again, less and less often, until connected, ended, or away for too long. */
  async #reconnect(): Promise<void> {
    const { backoffFirst, backoffMost, reconnectTime } = this.#timing;
    const giveUp = Date.now() + reconnectTime;
    let wait = backoffFirst;
    while (!this.#ended) {
      // Up to a half longer at random, so that a federation does not come back in one stampede.
      await sleep(wait * (1 + Math.random() / 2), undefined, { signal: this.#stop.signal }).catch(() => {});
      if (this.#ended) return;
      try {
        await this.#connect();
        return;
      } catch (error) {
        if (Date.now() > giveUp || !mayRetryAfter(error)) this.#end(error);
      }
      wait = Math.min(2 * wait, backoffMost);
    }
  }

  #send(message: SiteMessage, payload?: Uint8Array): void {
    void this.#link?.send(message, payload);
  }

  #end(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#stop.abort();
    this.#round?.end(error instanceof Error ? error : fault('federation.left'));
    this.#wake?.();
  }
}

/**
 * A lost connection, a proxy in between that shows a certificate of its own, or a refusal that may pass; whoever proved
 * to be somebody else is not asked again.
 */
function mayRetryAfter(error: unknown): boolean {
  if (!isFault(error)) return false;
  const name = closeNameOf(error);
  if (error.code === 'federation.unreachable' || error.code === 'federation.untrusted-certificate') return true;
  return error.code === `federation.${name}` && mayRetry(closeCodes[name]);
}
