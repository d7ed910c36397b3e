/**
 * The coordinator: listens, admits sites, judges what they send, and passes on what the run of the federation has to
 * say. What happens when is decided in round.ts and carried out in federation-run.ts.
 */
import type { Party } from '../../../shared/consent.ts';
import { fault } from '../../../shared/errors.ts';
import { planHash } from '../../../shared/hash.ts';
import { type CloseName, closeCodes, closeName } from '../../../shared/protocol/codes.ts';
import { defaultTiming, type Timing } from '../../../shared/protocol/limits.ts';
import { type MessageOf, nameSchema, type SiteMessage } from '../../../shared/protocol/messages.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';
import { isLoopback, listeningAddress } from '../wire/address.ts';
import type { Identity } from '../wire/identity.ts';
import { issueInvitation } from '../wire/invitation.ts';
import { closeNameOf, type Link } from '../wire/link.ts';
import { type Listener, listen } from '../wire/socket.ts';
import { sameBytes } from '../wire/transcript.ts';
import { checkFeatures, checkUpdate, payloadLimit } from './answers.ts';
import { announcement, finalWeights, relayedTo, roster, waiting } from './dispatches.ts';
import { Door } from './door.ts';
import { FederationRun, type RunOptions } from './federation-run.ts';
import { type Answer, isMember } from './round.ts';
import { dispatchTo, type Session, Sessions } from './sessions.ts';
import type { AdmittedSite, CoordinatorState, ReceivedUpdate } from './state.ts';

export interface CoordinatorOptions extends RunOptions {
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
  readonly #run: FederationRun;
  readonly #sessions = new Sessions();
  readonly #door: Door;
  #listener!: Listener;
  #closing: Promise<void> | undefined;
  #listening: NodeJS.Timeout | undefined;

  private constructor(options: CoordinatorOptions, saved: CoordinatorState | undefined) {
    this.#options = options;
    this.#timing = options.timing ?? defaultTiming;
    this.#run = new FederationRun(options, saved, this.#timing, {
      announce: () => this.#announce(),
      closeFeatures: () => {
        for (const session of this.#members()) this.#closeFeatures(session);
      },
      roundOver: (counted, updates) => this.#roundOver(counted, updates),
      finish: () => {
        for (const session of this.#sessions.all()) this.#sendFinal(session);
      },
      waiting: () => {
        const message = waiting(this.#run.state, this.#run.remaining);
        if (message) for (const { link } of this.#sessions.all()) void link.send(message);
      },
      fail: (error) => {
        for (const { link } of this.#sessions.all()) link.refuse(error);
        void this.#listener.close();
      },
    });
    this.#door = new Door(options, this.#run, this.#timing.handshakeTime, {
      onAdmitted: (session, holding, again) => this.#begin(session, holding, again),
      onLost: (link, code, error) => this.#refusedLink(null, link, code, error),
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
    if (saved) coordinator.#run.resume();
    return coordinator;
  }

  /**
   * Resolves with the final weights once every site that is here, or was just now, has taken them. Rejects with
   * `federation.stopping` where `close` came before, and with what made the federation impossible.
   */
  get finished(): Promise<Uint8Array> {
    return this.#run.finished;
  }

  /** Rounds so far, of both stages and of earlier starts too, that changed the weights: the quorum was reached. */
  get countedRounds(): number {
    return this.#run.state.countedRounds;
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
    const { federation } = this.#options;
    const issued = Array.from({ length: count }, () =>
      issueInvitation({ address, fingerprint: this.fingerprint, federation }),
    );
    this.#door.addTokens(issued.map(({ tokenHash }) => tokenHash));
    await this.#run.enqueue(() => this.#run.save());
    return issued.map(({ text }) => text);
  }

  /** Stops listening, after telling the sites; they reconnect by themselves when it starts again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#listening);
    const stopped = this.#run.stop();
    this.#door.close();
    await Promise.all(this.#sessions.all().map(({ link }) => link.end('stopping')));
    await stopped;
    await this.#listener.close();
  }

  async #open(): Promise<void> {
    const { listen: where, tls, onEvent } = this.#options;
    this.#listener = await listen({
      ...where,
      tls,
      timing: this.#timing,
      onChannel: (channel) => this.#door.receive(channel),
      onRefused: (remote, why) => this.#refused(null, remote, why, ''),
    });
    onEvent({ type: 'listening', host: this.#listener.host, port: this.#listener.port, secure: tls !== undefined });
    if (!tls && !isLoopback(where.host)) onEvent({ type: 'insecure', host: where.host });
    this.#listening = setInterval(() => this.#tellHeard(), this.#timing.pingEvery);
  }

  #tellHeard(): void {
    const sites = this.#sessions.all().map(({ site, link }) => ({ ...party(site), at: link.heard }));
    if (sites.length > 0) this.#options.onEvent({ type: 'heard', sites });
  }

  // Admitted sites

  #begin(session: Session, holding: MessageOf<'join'>['holding'], again: boolean): void {
    const { site, link } = session;
    const { federation, name, plan, onEvent } = this.#options;
    const { state } = this.#run;
    this.#sessions.add(session)?.link.refuse(fault('federation.replaced'));
    link.handOver({
      payloadLimit: (message) => payloadLimit(message, site, plan, state),
      onMessage: (message, payload) => this.#onMessage(message, payload, session),
      onClose: (code, error) => this.#onClose(session, code, error),
    });
    const hash = Buffer.from(state.planHash, 'hex');
    void link.send({ type: 'admitted', federation, coordinator: name, plan, planHash: hash });
    onEvent({ type: 'admitted', site: party(site), volumes: site.volumes, again });
    this.#sendRoster();
    const { phase } = state.rounds;
    if (phase === 'finished') this.#sendFinal(session);
    const open = phase === 'features' || phase === 'training' || phase === 'updates';
    if (open && isMember(state.rounds, site.fingerprint)) {
      this.#sendAnnouncement(session, this.#holds(holding));
      if (phase !== 'features') this.#closeFeatures(session);
    }
    this.#run.dispatch({ type: 'arrived', site: site.fingerprint, at: Date.now() });
  }

  #holds(holding: MessageOf<'join'>['holding']): boolean {
    const { state, weightsHash } = this.#run;
    const { stage, round } = state.rounds;
    if (holding === null || weightsHash === undefined) return false;
    return holding.stage === stage && holding.round === round && sameBytes(holding.weights, weightsHash);
  }

  #onClose(session: Session, code: number, error: unknown): void {
    const { site, link, leaving } = session;
    this.#refusedLink(site, link, code, error);
    if (!this.#sessions.remove(session)) return; // replaced
    if (leaving) return;
    const why = closeName(code);
    this.#options.onEvent({ type: 'left', site: party(site), code, reason: why ?? 'connection lost' });
    const broken = why === undefined || blameless.has(why);
    this.#run.dispatch({ type: broken ? 'gone' : 'expelled', site: site.fingerprint, at: Date.now() });
    this.#sendRoster();
  }

  // Messages of admitted sites

  #onMessage(message: SiteMessage, payload: Uint8Array, session: Session): void {
    const { site } = session;
    switch (message.type) {
      case 'features':
        this.#onFeatures(message, payload, session);
        return;
      case 'withhold':
        this.#answer({ about: 'features', ...place(message), given: false }, session, 0, () => {});
        return;
      case 'update':
        this.#onUpdate(message, payload, session);
        return;
      case 'sit-out':
        this.#answer({ about: 'update', ...place(message), given: false }, session, 0, () => {});
        return;
      case 'leave':
        session.leaving = true;
        this.#options.onEvent({ type: 'left', site: party(site), code: closeCodes.left, reason: message.reason });
        this.#run.dispatch({ type: 'left', site: site.fingerprint, at: Date.now() });
        this.#sendRoster();
        void session.link.end('left');
        return;
      default:
        throw fault('federation.bad-turn');
    }
  }

  #onFeatures(message: MessageOf<'features'>, payload: Uint8Array, session: Session): void {
    const { site } = session;
    const { state } = this.#run;
    const sealed = checkFeatures(message, payload, site, state);
    this.#answer({ about: 'features', ...place(message), given: true }, session, payload.length, () => {
      state.features.push({ site: site.fingerprint, sealed });
    });
  }

  #onUpdate(message: MessageOf<'update'>, weights: Uint8Array, session: Session): void {
    const { site } = session;
    const { state, layout } = this.#run;
    const { volumes, loss } = message;
    // One of the stage before is not looked at: it will be refused as old.
    if (message.stage === state.weights?.stage) checkUpdate(message, weights, site, layout);
    this.#answer({ about: 'update', ...place(message), given: true }, session, weights.length, () => {
      state.updates.push({ site: site.fingerprint, volumes, loss, weights });
    });
  }

  /** Lets the state machine judge an answer; `keep` runs where it counts. */
  #answer(answer: Answer, { site, link }: Session, bytes: number, keep: () => void): void {
    const { about, stage, round } = answer;
    const verdict = this.#run.dispatch({ type: 'answer', ...answer, site: site.fingerprint, at: Date.now() }, () => {
      keep();
      void link.send({ type: 'counted', about, stage, round });
      this.#options.onEvent({ type: 'answered', site: party(site), about, stage, round, bytes });
    });
    if (verdict?.type !== 'refuse') return; // counted, or the coordinator has stopped
    if (verdict.why === 'duplicate' || verdict.why === 'bad-turn') throw fault(`federation.${verdict.why}`);
    void link.send({ type: 'refused', about, stage, round, code: closeCodes[verdict.why] });
    this.#refused(site, link.remote, verdict.why, `${about} of round ${round}`);
  }

  // What is sent

  #announce(): void {
    this.#sessions.markTraffic();
    for (const session of this.#members()) this.#sendAnnouncement(session, false);
  }

  #sendAnnouncement(session: Session, holds: boolean): void {
    const { state, rules, remaining } = this.#run;
    const { stage, round } = state.rounds;
    if (session.announced === `${stage} ${round}`) return;
    session.announced = `${stage} ${round}`;
    session.link.allowMessages();
    dispatchTo(session, announcement(state, session.site, { rounds: rules.rounds[stage], remaining, holds }));
  }

  #closeFeatures(session: Session): void {
    const { state, remaining } = this.#run;
    const { stage, round } = state.rounds;
    for (const batch of relayedTo(state, session.site, this.#options.plan.refusersReceive)) dispatchTo(session, batch);
    void session.link.send({ type: 'training', stage, round, remaining });
  }

  #roundOver(counted: boolean, updates: ReceivedUpdate[]): void {
    const { state } = this.#run;
    const { stage, round } = state.rounds;
    for (const { link } of this.#members()) {
      void link.send({ type: 'round-over', stage, round, counted, sites: updates.length });
    }
    const participants = updates.map(({ site, volumes, loss }) => ({ ...this.#run.party(site), volumes, loss }));
    const traffic = state.sites.map((site) => {
      return { ...party(site), traffic: this.#sessions.trafficOf(site.fingerprint) };
    });
    this.#options.onEvent({ type: 'round-finished', stage, round, counted, participants, traffic });
  }

  #sendRoster(): void {
    const message = roster(this.#run.state, (site) => this.#sessions.isHere(site));
    for (const { link } of this.#sessions.all()) void link.send(message);
  }

  #sendFinal(session: Session): void {
    session.link.allowMessages();
    dispatchTo(session, finalWeights(this.#run.state));
  }

  // Bookkeeping

  #members(): Session[] {
    return this.#sessions.all().filter(({ site }) => isMember(this.#run.state.rounds, site.fingerprint));
  }

  #refusedLink(site: AdmittedSite | null, link: Link<'coordinator'>, code: number, error: unknown): void {
    const why = closeName(code);
    if (error !== undefined) {
      this.#refused(site, link.remote, closeNameOf(error), error instanceof Error ? error.message : '');
    } else if (why !== undefined && why !== 'left') this.#refused(site, link.remote, why, '');
  }

  #refused(site: AdmittedSite | null, remote: string, why: CloseName, detail: string): void {
    const code = closeCodes[why];
    this.#options.onEvent({ type: 'refused', site: site && party(site), remote, code, why, detail });
  }
}

function place({ stage, round }: { stage: Stage; round: number }): { stage: Stage; round: number } {
  return { stage, round };
}

function party({ name, fingerprint }: AdmittedSite): Party {
  return { name, fingerprint };
}
