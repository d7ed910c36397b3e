/**
 * The coordinator: listens, keeps a session for each admitted site, and hands what they send to the rounds. A whole
 * round stands in rounds.ts, what happens when in round.ts, the state in state.ts.
 */
import { fault } from '../../../shared/errors.ts';
import { planHash } from '../../../shared/hash.ts';
import { isLoopback, listeningAddress } from '../../../shared/protocol/address.ts';
import { type CloseName, closeCodes, closeName } from '../../../shared/protocol/codes.ts';
import { defaultTiming, type Timing } from '../../../shared/protocol/limits.ts';
import { type MessageOf, nameSchema, type SiteMessage } from '../../../shared/protocol/messages.ts';
import type { Identity } from '../wire/identity.ts';
import { issueInvitation } from '../wire/invitation.ts';
import { closeNameOf, type Link } from '../wire/link.ts';
import { type Listener, listen } from '../wire/socket.ts';
import { Admission } from './admission.ts';
import { payloadLimit } from './answer-checks.ts';
import { roster } from './messages.ts';
import { roundRules } from './round.ts';
import { Rounds, type RoundsOptions } from './rounds.ts';
import { type Session, Sessions } from './sessions.ts';
import { CoordinatorState } from './state.ts';
import type { AdmittedSite, SavedState } from './store.ts';
import { WorkQueue } from './work-queue.ts';

export interface CoordinatorOptions extends RoundsOptions {
  identity: Identity;
  listen: { host: string; port: number }; // port 0 for any free one
  tls?: { cert: string; key: string }; // PEM
  timing?: Timing;
}

/** After these a site is waited for; after every other close code of ours the round goes on without it. */
const blameless: ReadonlySet<CloseName> = new Set(['silent', 'replaced', 'stopping', 'left']);

export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #timing: Timing;
  readonly #state: CoordinatorState;
  readonly #sessions = new Sessions();
  readonly #queue = new WorkQueue((error) => this.#fail(error));
  readonly #rounds: Rounds;
  readonly #admission: Admission;
  #listener!: Listener;
  #closing: Promise<void> | undefined;
  #reportingHeard: NodeJS.Timeout | undefined;

  private constructor(options: CoordinatorOptions, saved: SavedState | undefined) {
    const { plan, federation, sites, name } = options;
    this.#options = options;
    this.#timing = options.timing ?? defaultTiming;
    const rules = roundRules(plan, sites, this.#timing.grace);
    this.#state = new CoordinatorState(rules, { federation, planHash: planHash(plan) }, saved, name);
    this.#rounds = new Rounds(options, {
      rules,
      state: this.#state,
      sessions: this.#sessions,
      queue: this.#queue,
      timing: this.#timing,
      onRefused: ({ site, link }, why, detail) => this.#reportRefused(site, link.remote, why, detail),
    });
    this.#admission = new Admission({
      ...options,
      state: this.#state,
      queue: this.#queue,
      handshakeTime: this.#timing.handshakeTime,
      onAdmitted: (session, holding, again) => this.#begin(session, holding, again),
      onLost: (link, code, error) => this.#reportClosed(null, link, code, error),
    });
  }

  /**
   * Starts listening; goes on where the store's state stopped. Throws `federation.name-unsound`, `-quorum-too-large`,
   * `-no-rounds`, `-plan-changed`, `-certificate-unsound` or `-port-taken`.
   */
  static async start(options: CoordinatorOptions): Promise<Coordinator> {
    const { plan, federation, name, sites } = options;
    for (const text of [federation, name]) {
      if (!nameSchema.safeParse(text).success) throw fault('federation.name-unsound', { name: text });
    }
    if (plan.quorum > sites) throw fault('federation.quorum-too-large', { quorum: plan.quorum, sites });
    if (plan.rounds + plan.finetuneRounds === 0) throw fault('federation.no-rounds');
    const saved = await options.store.load();
    if (saved && (saved.planHash !== planHash(plan) || saved.federation !== federation)) {
      throw fault('federation.plan-changed', { federation: saved.federation });
    }
    const coordinator = new Coordinator(options, saved);
    await coordinator.#open();
    if (saved) coordinator.#rounds.resume();
    return coordinator;
  }

  /**
   * Resolves with the final weights once every site that is here, or was just now, has taken them. Rejects with
   * `federation.stopping` where `close` came before, and with what made the federation impossible.
   */
  get finished(): Promise<Uint8Array> {
    return this.#rounds.finished;
  }

  /** Rounds so far, of both stages and of earlier starts too, that changed the weights: the quorum was reached. */
  get countedRounds(): number {
    return this.#state.view.countedRounds;
  }

  get fingerprint(): string {
    return this.#options.identity.fingerprint;
  }

  /** Where it listens, as a site on this machine would write it. */
  get address(): string {
    const { host, port } = this.#listener;
    return listeningAddress({ host, port, secure: this.#options.tls !== undefined });
  }

  /** New invitations, each for one site. `address` is what sites connect to where it is not the one listened on. */
  async invite(count: number, address = this.address): Promise<string[]> {
    const { federation, store } = this.#options;
    const issued = Array.from({ length: count }, () =>
      issueInvitation({ address, fingerprint: this.fingerprint, federation }),
    );
    this.#state.addTokens(issued.map(({ tokenHash }) => tokenHash));
    await this.#queue.add(() => store.save(this.#state.snapshot()));
    return issued.map(({ text }) => text);
  }

  /** Stops listening, after telling the sites; they reconnect by themselves when it starts again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#reportingHeard);
    const stopped = this.#queue.stop();
    this.#admission.close();
    await Promise.all(this.#sessions.all().map(({ link }) => link.end('stopping')));
    await stopped;
    this.#rounds.end(fault('federation.stopping'));
    await this.#listener.close();
  }

  async #open(): Promise<void> {
    const { listen: where, tls, onEvent } = this.#options;
    this.#listener = await listen({
      ...where,
      tls,
      timing: this.#timing,
      onChannel: (channel) => this.#admission.receive(channel),
      onRefused: (remote, why) => this.#reportRefused(null, remote, why, ''),
    });
    onEvent({ type: 'listening', host: this.#listener.host, port: this.#listener.port, secure: tls !== undefined });
    if (!tls && !isLoopback(where.host)) onEvent({ type: 'insecure', host: where.host });
    this.#reportingHeard = setInterval(() => this.#reportHeard(), this.#timing.pingEvery);
  }

  /** The rounds cannot go on: a full disk, weights that cannot be made. */
  #fail(error: unknown): void {
    this.#rounds.end(error);
    this.#options.onEvent({ type: 'failed', error });
    for (const { link } of this.#sessions.all()) link.refuse(error);
    void this.#listener.close();
  }

  // Sessions of admitted sites

  #begin(session: Session, holding: MessageOf<'join'>['holding'], again: boolean): void {
    const { site, link } = session;
    const { federation, name, plan, onEvent } = this.#options;
    this.#sessions.add(session)?.link.refuse(fault('federation.replaced'));
    link.handOver({
      payloadLimit: (message) => payloadLimit(message, site, plan, this.#state.view),
      onMessage: (message, payload) => this.#onMessage(message, payload, session),
      onClose: (code, error) => this.#onClose(session, code, error),
    });
    const hash = Buffer.from(this.#state.view.planHash, 'hex');
    void link.send({ type: 'admitted', federation, coordinator: name, plan, planHash: hash });
    onEvent({ type: 'admitted', site: this.#state.party(site.fingerprint), volumes: site.volumes, again });
    this.#sendRoster();
    this.#rounds.arrive(session, holding);
  }

  #onMessage(message: SiteMessage, payload: Uint8Array, session: Session): void {
    switch (message.type) {
      case 'features':
        this.#rounds.takeFeatures(message, payload, session);
        return;
      case 'withhold':
        this.#rounds.takeWithheld(message, session);
        return;
      case 'update':
        this.#rounds.takeUpdate(message, payload, session);
        return;
      case 'sit-out':
        this.#rounds.takeSatOut(message, session);
        return;
      case 'leave':
        this.#onLeave(message, session);
        return;
      default:
        throw fault('federation.bad-turn');
    }
  }

  #onLeave({ reason }: MessageOf<'leave'>, session: Session): void {
    session.leaving = true;
    this.#reportLeft(session.site, closeCodes.left, reason);
    this.#rounds.depart(session, 'left');
    this.#sendRoster();
    void session.link.end('left');
  }

  #onClose(session: Session, code: number, error: unknown): void {
    const { site, link, leaving } = session;
    this.#reportClosed(site, link, code, error);
    if (!this.#sessions.remove(session)) return; // replaced
    if (leaving) return;
    const why = closeName(code);
    this.#reportLeft(site, code, why ?? 'connection lost');
    this.#rounds.depart(session, why === undefined || blameless.has(why) ? 'gone' : 'expelled');
    this.#sendRoster();
  }

  #sendRoster(): void {
    const message = roster(this.#state.view, (site) => this.#sessions.isHere(site));
    for (const { link } of this.#sessions.all()) void link.send(message);
  }

  // What the host hears

  #reportHeard(): void {
    const sites = this.#sessions.all().map(({ site, link }) => ({
      ...this.#state.party(site.fingerprint),
      at: link.heard,
    }));
    if (sites.length > 0) this.#options.onEvent({ type: 'heard', sites });
  }

  #reportLeft({ fingerprint }: AdmittedSite, code: number, reason: string): void {
    this.#options.onEvent({ type: 'left', site: this.#state.party(fingerprint), code, reason });
  }

  #reportClosed(site: AdmittedSite | null, link: Link<'coordinator'>, code: number, error: unknown): void {
    const why = closeName(code);
    if (error !== undefined) {
      this.#reportRefused(site, link.remote, closeNameOf(error), error instanceof Error ? error.message : '');
    } else if (why !== undefined && why !== 'left') this.#reportRefused(site, link.remote, why, '');
  }

  #reportRefused(site: AdmittedSite | null, remote: string, why: CloseName, detail: string): void {
    const party = site && { name: site.name, fingerprint: site.fingerprint };
    this.#options.onEvent({ type: 'refused', site: party, remote, code: closeCodes[why], why, detail });
  }
}
