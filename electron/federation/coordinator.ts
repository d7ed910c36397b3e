/**
 * The coordinator: admits sites, opens rounds, relays sealed features, averages weights. What happens when is decided
 * by the state machine of round.ts; this file carries out its actions over links and keeps the state in a store.
 */
import type { Party, Stage } from '../../shared/consent.ts';
import { fault } from '../../shared/errors.ts';
import type { Plan } from '../../shared/plan.ts';
import { type CloseName, closeCodes, closeName } from '../../shared/protocol/codes.ts';
import { defaultTiming, limits, type Timing } from '../../shared/protocol/limits.ts';
import { type MessageOf, nameSchema, type SiteMessage } from '../../shared/protocol/messages.ts';
import { encodeSafetensors } from '../../shared/safetensors.ts';
import { isLoopback } from './address.ts';
import { admission } from './admission.ts';
import { federatedAverage } from './aggregation.ts';
import { checkFeatures, checkUpdate, payloadLimit } from './answers.ts';
import type { Channel } from './channel.ts';
import type { CoordinatorEvent } from './coordinator-events.ts';
import type { AdmittedSite, CoordinatorState, CoordinatorStore } from './coordinator-state.ts';
import { planHash, sameBytes, sha256 } from './digest.ts';
import { announcement, finalWeights, globalWeights, relayedTo, roster, siteOf } from './dispatches.ts';
import type { Identity } from './identity.ts';
import { hashToken, issueInvitation } from './invitation.ts';
import { closeNameOf, type Link } from './link.ts';
import { receive } from './reception.ts';
import {
  type Answer,
  awaited,
  firstState,
  isMember,
  nextTick,
  present,
  type RoundAction,
  type RoundEvent,
  type RoundRules,
  resume,
  roundRules,
  step,
  undelivered,
} from './round.ts';
import { dispatchTo, type Session, Sessions } from './sessions.ts';
import { type Listener, listen } from './socket.ts';
import { layoutOf, readWeights, stripMetadata } from './weights-frame.ts';

export interface CoordinatorOptions {
  identity: Identity;
  name: string; // of the site that coordinates, shown to the others
  federation: string;
  plan: Plan;
  sites: number; // the first round begins when that many are here
  listen: { host: string; port: number }; // port 0 for any free one
  tls?: { cert: string; key: string }; // PEM
  store: CoordinatorStore;
  /** Safetensors bytes of a stage's first global weights; `previous` are the last ones of the stage before. */
  initialWeights: (stage: Stage, previous: Uint8Array | undefined) => Promise<Uint8Array>;
  onEvent: (event: CoordinatorEvent) => void;
  timing?: Timing;
}

/** After these a site is waited for; after every other close code of ours the round goes on without it. */
const blameless: ReadonlySet<CloseName> = new Set(['silent', 'replaced', 'stopping', 'left']);

type Verdict = Extract<RoundAction, { type: 'count' | 'refuse' }>;

export class Coordinator {
  /** Resolves with the final weights once every site that is here, or was just now, has taken them. */
  readonly finished: Promise<Uint8Array>;
  readonly #options: CoordinatorOptions;
  readonly #timing: Timing;
  readonly #rules: RoundRules;
  readonly #planHash: string;
  readonly #sessions = new Sessions();
  readonly #strangers = new Set<Link<'coordinator'>>();
  #state: CoordinatorState;
  #layout: string | undefined; // of the global weights
  #globalHash: Uint8Array | undefined;
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #finishedAt: number | undefined; // until the final weights are delivered
  #stopped = false;
  #listener!: Listener;
  #resolveFinished!: (weights: Uint8Array) => void;
  #rejectFinished!: (error: unknown) => void;

  private constructor(options: CoordinatorOptions, saved: CoordinatorState | undefined) {
    const { plan, federation, sites } = options;
    this.#options = options;
    this.#timing = options.timing ?? defaultTiming;
    this.#rules = roundRules(plan, sites, this.#timing.grace);
    this.#planHash = planHash(plan);
    this.#state = saved ?? {
      federation,
      planHash: this.#planHash,
      tokens: [],
      sites: [],
      rounds: firstState(this.#rules),
      weights: null,
      features: [],
      updates: [],
    };
    this.finished = new Promise((resolve, reject) => {
      this.#resolveFinished = resolve;
      this.#rejectFinished = reject;
    });
    this.finished.catch(() => {}); // who does not wait for it has the event
  }

  /**
   * Starts listening; goes on where the store's state stopped. Throws `federation.name-unsound`, `-quorum-too-large`,
   * `-no-rounds`, `-plan-changed` or `-port-taken`.
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
    await coordinator.#open(saved !== undefined);
    return coordinator;
  }

  get fingerprint(): string {
    return this.#options.identity.fingerprint;
  }

  /** Where it listens, as a site on this machine would write it. */
  get address(): string {
    const { host, port } = this.#listener;
    return `${this.#options.tls ? 'wss' : 'ws'}://${host.includes(':') ? `[${host}]` : host}:${port}/`;
  }

  /** New invitations, each for one site. `address` is what sites connect to where it is not the one listened on. */
  async invite(count: number, address = this.address): Promise<string[]> {
    const { federation } = this.#options;
    const issued = Array.from({ length: count }, () =>
      issueInvitation({ address, fingerprint: this.fingerprint, federation }),
    );
    const tokens = issued.map(({ tokenHash }) => ({ hash: tokenHash, site: null }));
    this.#state.tokens = [...this.#state.tokens, ...tokens];
    await this.#enqueue(() => this.#save());
    return issued.map(({ text }) => text);
  }

  /** Stops listening, after telling the sites; they reconnect by themselves when it starts again. */
  async close(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const link of this.#strangers) link.refuse(fault('federation.stopping'));
    await Promise.all(this.#sessions.all().map(({ link }) => link.end('stopping')));
    await this.#work;
    await this.#listener.close();
  }

  async #open(again: boolean): Promise<void> {
    const { listen: where, tls, onEvent } = this.#options;
    if (this.#state.weights) this.#setWeights(this.#state.weights.stage, this.#state.weights.bytes);
    this.#listener = await listen({
      ...where,
      tls,
      timing: this.#timing,
      onChannel: (channel) => this.#onChannel(channel),
      onRefused: (remote, why) => this.#refused(null, remote, why, ''),
    });
    onEvent({ type: 'listening', host: this.#listener.host, port: this.#listener.port, secure: tls !== undefined });
    if (!tls && !isLoopback(where.host)) onEvent({ type: 'insecure', host: where.host });
    if (!again) return;
    const { state, actions } = resume(this.#rules, this.#state.rounds, Date.now());
    this.#state.rounds = state;
    this.#announcePhase();
    for (const action of actions) this.#enqueue(() => this.#perform(action));
    this.#dispatch({ type: 'tick', at: Date.now() });
  }

  // Admission

  #onChannel(channel: Channel): void {
    const { identity, federation } = this.#options;
    let proven = false;
    const link = receive(channel, {
      identity,
      federation,
      handshakeTime: this.#timing.handshakeTime,
      onProven: (_link, key, join) => {
        if (proven) throw fault('federation.bad-turn');
        proven = true;
        void this.#enqueue(async () => this.#admit(link, key, join));
      },
      onLost: (lost, code, error) => {
        this.#strangers.delete(lost);
        this.#refusedLink(null, lost, code, error);
      },
    });
    this.#strangers.add(link);
    if (this.#strangers.size > limits.handshakes) link.refuse(fault('federation.full'));
  }

  /** Checks the token and the room; saves who came before the site hears that it is in. */
  async #admit(link: Link<'coordinator'>, key: Uint8Array, join: MessageOf<'join'>): Promise<void> {
    const hash = hashToken(join.token);
    if (!this.#state.tokens.some((token) => token.hash === hash)) await this.#readIssuedTokens();
    const admitted = admission(this.#state, key, join);
    if ('refused' in admitted) {
      link.refuse(fault(`federation.${admitted.refused}`));
      return;
    }
    const { site, again, tokens, sites } = admitted;
    this.#state.tokens = tokens;
    this.#state.sites = sites;
    await this.#save();
    if (!link.open || this.#stopped) return;
    this.#strangers.delete(link);
    this.#begin({ site, link, leaving: false, announced: '' }, join.holding, again);
  }

  async #readIssuedTokens(): Promise<void> {
    const issued = (await this.#options.store.issuedTokens?.()) ?? [];
    const known = new Set(this.#state.tokens.map((token) => token.hash));
    const fresh = issued.filter((hash) => !known.has(hash)).map((hash) => ({ hash, site: null }));
    this.#state.tokens = [...this.#state.tokens, ...fresh];
  }

  #begin(session: Session, holding: MessageOf<'join'>['holding'], again: boolean): void {
    const { site, link } = session;
    const { federation, name, plan } = this.#options;
    this.#sessions.add(session)?.link.refuse(fault('federation.replaced'));
    link.handOver({
      payloadLimit: (message) => payloadLimit(message, site, plan, this.#state),
      onMessage: (message, payload) => this.#onMessage(message, payload, session),
      onClose: (code, error) => this.#onClose(session, code, error),
    });
    void link.send({
      type: 'admitted',
      federation,
      coordinator: name,
      plan,
      planHash: Buffer.from(this.#planHash, 'hex'),
    });
    this.#options.onEvent({ type: 'admitted', site: party(site), volumes: site.volumes, again });
    const running = isMember(this.#state.rounds, site.fingerprint);
    const { phase } = this.#state.rounds;
    if (phase === 'finished') this.#sendFinal(session);
    this.#sendRoster();
    if (running && (phase === 'features' || phase === 'training' || phase === 'updates')) {
      this.#sendAnnouncement(session, this.#holds(holding));
      if (phase !== 'features') this.#closeFeatures(session);
    }
    this.#dispatch({ type: 'arrived', site: site.fingerprint, at: Date.now() });
  }

  #holds(holding: MessageOf<'join'>['holding']): boolean {
    const { stage, round } = this.#state.rounds;
    return (
      holding !== null &&
      holding.stage === stage &&
      holding.round === round &&
      this.#globalHash !== undefined &&
      sameBytes(holding.weights, this.#globalHash)
    );
  }

  #onClose(session: Session, code: number, error: unknown): void {
    const { site, link, leaving } = session;
    this.#refusedLink(site, link, code, error);
    if (!this.#sessions.remove(session)) return;
    if (leaving) return;
    const why = closeName(code);
    this.#options.onEvent({ type: 'left', site: party(site), code, reason: why ?? 'connection lost' });
    const broken = why === undefined || blameless.has(why);
    this.#dispatch({ type: broken ? 'gone' : 'expelled', site: site.fingerprint, at: Date.now() });
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
        this.#dispatch({ type: 'left', site: site.fingerprint, at: Date.now() });
        this.#sendRoster();
        void session.link.end('left');
        return;
      default:
        throw fault('federation.bad-turn');
    }
  }

  #onFeatures(message: MessageOf<'features'>, payload: Uint8Array, session: Session): void {
    const { site } = session;
    const sealed = checkFeatures(message, payload, site, this.#state);
    this.#answer({ about: 'features', ...place(message), given: true }, session, payload.length, () => {
      this.#state.features.push({ site: site.fingerprint, sealed });
    });
  }

  #onUpdate(message: MessageOf<'update'>, weights: Uint8Array, session: Session): void {
    const { site } = session;
    const { volumes, loss } = message;
    // One of the stage before is not looked at: it will be refused as old.
    if (message.stage === this.#state.weights?.stage) checkUpdate(message, weights, site, this.#layout);
    this.#answer({ about: 'update', ...place(message), given: true }, session, weights.length, () => {
      this.#state.updates.push({ site: site.fingerprint, volumes, loss, weights });
    });
  }

  /** Lets the state machine judge an answer; `keep` runs where it counts. */
  #answer(answer: Answer, { site, link }: Session, bytes: number, keep: () => void): void {
    const { about, stage, round } = answer;
    const verdict = this.#dispatch({ type: 'answer', ...answer, site: site.fingerprint, at: Date.now() });
    if (!verdict) return; // the coordinator has stopped
    if (verdict.type === 'count') {
      keep();
      void link.send({ type: 'counted', about, stage, round });
      this.#options.onEvent({ type: 'answered', site: party(site), about, stage, round, bytes });
      return;
    }
    if (verdict.why === 'duplicate' || verdict.why === 'bad-turn') throw fault(`federation.${verdict.why}`);
    void link.send({ type: 'refused', about, stage, round, code: closeCodes[verdict.why] });
    this.#refused(site, link.remote, verdict.why, `${about} of round ${round}`);
  }

  // Rounds

  /**
   * Feeds the state machine. Its verdict about an answer is given back at once; everything slower waits its turn, and so
   * begins only after the caller has kept the answer.
   */
  #dispatch(event: RoundEvent): Verdict | undefined {
    if (this.#stopped) return undefined;
    const before = this.#state.rounds;
    const { state, actions } = step(this.#rules, before, event);
    this.#state.rounds = state;
    let verdict: Verdict | undefined;
    for (const action of actions) {
      if (action.type === 'count' || action.type === 'refuse') {
        verdict = action;
        continue;
      }
      if (action.type === 'announce') {
        // At once: from here on answers to the new round may come.
        this.#state.features = [];
        this.#state.updates = [];
      }
      void this.#enqueue(() => this.#perform(action));
    }
    if (state.phase !== before.phase || state.phase === 'admit') this.#announcePhase();
    this.#schedule();
    this.#checkDelivered();
    return verdict;
  }

  async #perform(action: RoundAction): Promise<void> {
    switch (action.type) {
      case 'prepare':
        await this.#prepare(action.stage);
        this.#dispatch({ type: 'prepared', at: Date.now() });
        return;
      case 'announce':
        await this.#save();
        this.#sessions.markTraffic();
        for (const session of this.#memberSessions()) this.#sendAnnouncement(session, false);
        return;
      case 'close-features':
        await this.#save();
        for (const session of this.#memberSessions()) this.#closeFeatures(session);
        return;
      case 'aggregate':
        return this.#aggregate(action.counted);
      case 'finish':
        await this.#save();
        this.#finishedAt = Date.now();
        this.#options.onEvent({ type: 'finished', bytes: globalWeights(this.#state).length });
        for (const session of this.#sessions.all()) this.#sendFinal(session);
        this.#schedule();
        this.#checkDelivered();
        return;
    }
  }

  async #prepare(stage: Stage): Promise<void> {
    if (this.#state.weights?.stage === stage) return;
    const made = await this.#options.initialWeights(stage, this.#state.weights?.bytes);
    this.#setWeights(stage, stripMetadata(made, this.#options.name));
  }

  #setWeights(stage: Stage, bytes: Uint8Array): void {
    this.#layout = layoutOf(readWeights(bytes, this.#options.name));
    this.#globalHash = sha256(bytes);
    this.#state.weights = { stage, bytes };
  }

  async #aggregate(counted: boolean): Promise<void> {
    const { stage, round } = this.#state.rounds;
    await this.#save();
    const { updates } = this.#state;
    if (counted) {
      const decoded = updates.map(({ site, volumes, weights }) => ({
        site,
        volumes,
        weights: readWeights(weights, site, this.#layout),
      }));
      this.#setWeights(stage, encodeSafetensors(federatedAverage(decoded)));
    }
    for (const { link } of this.#memberSessions()) {
      void link.send({ type: 'round-over', stage, round, counted, sites: updates.length });
    }
    this.#options.onEvent({
      type: 'round-finished',
      stage,
      round,
      counted,
      participants: updates.map(({ site, volumes, loss }) => ({ ...this.#party(site), volumes, loss })),
      traffic: this.#state.sites.map((site) => ({
        ...party(site),
        traffic: this.#sessions.trafficOf(site.fingerprint),
      })),
    });
    this.#state.features = [];
    this.#state.updates = [];
    this.#dispatch({ type: 'aggregated', at: Date.now() });
    await this.#save();
  }

  // What is sent

  #sendAnnouncement(session: Session, holds: boolean): void {
    const { stage, round } = this.#state.rounds;
    if (session.announced === `${stage} ${round}`) return;
    session.announced = `${stage} ${round}`;
    session.link.allowMessages();
    const rounds = this.#rules.rounds[stage];
    dispatchTo(session, announcement(this.#state, session.site, { rounds, remaining: this.#remaining(), holds }));
  }

  #closeFeatures(session: Session): void {
    const { stage, round } = this.#state.rounds;
    for (const batch of relayedTo(this.#state, session.site, this.#options.plan.refusersReceive)) {
      dispatchTo(session, batch);
    }
    void session.link.send({ type: 'training', stage, round, remaining: this.#remaining() });
  }

  #sendRoster(): void {
    const message = roster(this.#state, (site) => this.#sessions.isHere(site));
    for (const { link } of this.#sessions.all()) void link.send(message);
  }

  #sendFinal(session: Session): void {
    session.link.allowMessages();
    dispatchTo(session, finalWeights(this.#state));
  }

  // Bookkeeping

  /** One thing after the other; what fails here (a full disk, weights that cannot be made) ends the coordinator. */
  #enqueue(task: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(async () => {
      if (this.#stopped) return;
      try {
        await task();
      } catch (error) {
        this.#fail(error);
      }
    });
    return this.#work;
  }

  #fail(error: unknown): void {
    this.#options.onEvent({ type: 'failed', error });
    this.#rejectFinished(error);
    for (const { link } of this.#sessions.all()) link.refuse(error);
    this.#stopped = true;
    clearTimeout(this.#timer);
    void this.#listener.close();
  }

  /** The state as it is now, in lists of its own, so that saving may take its time. */
  #save(): Promise<void> {
    const { tokens, sites, features, updates } = this.#state;
    return this.#options.store.save({
      ...this.#state,
      tokens: [...tokens],
      sites: [...sites],
      features: [...features],
      updates: [...updates],
    });
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    const due = [nextTick(this.#rules, this.#state.rounds, now)];
    if (this.#finishedAt !== undefined) due.push(this.#finishedAt + this.#timing.deliveryTime);
    const at = Math.min(...due.filter((time) => time !== null));
    if (!Number.isFinite(at)) return;
    // A Node timer holds 2^31 ms at most; waking early only asks again.
    const wait = Math.min(Math.max(at - now, 1), 2 ** 31 - 1);
    this.#timer = setTimeout(() => this.#dispatch({ type: 'tick', at: Date.now() }), wait);
  }

  #checkDelivered(): void {
    if (this.#finishedAt === undefined) return;
    const now = Date.now();
    const waiting = undelivered(this.#rules, this.#state.rounds, now);
    if (waiting.length > 0 && now < this.#finishedAt + this.#timing.deliveryTime) return;
    this.#finishedAt = undefined;
    this.#resolveFinished(globalWeights(this.#state));
  }

  #announcePhase(): void {
    const { rounds } = this.#state;
    const missing = awaited(rounds).map((site) => this.#party(site));
    const { stage, round, phase, deadline, started } = rounds;
    if (phase === 'admit') {
      const here = present(rounds).map((site) => this.#party(site));
      const needed = started ? this.#rules.quorum : this.#rules.sites;
      this.#options.onEvent({ type: 'waiting', present: here, needed, missing });
      return;
    }
    this.#options.onEvent({ type: 'phase', stage, round, rounds: this.#rules.rounds[stage], phase, deadline, missing });
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

  #memberSessions(): Session[] {
    return this.#sessions.all().filter(({ site }) => isMember(this.#state.rounds, site.fingerprint));
  }

  #party(fingerprint: string): Party {
    return { name: siteOf(this.#state, fingerprint)?.name ?? 'unknown', fingerprint };
  }

  #remaining(): number {
    return Math.max(0, Math.round((this.#state.rounds.deadline ?? Date.now()) - Date.now()));
  }
}

function place({ stage, round }: { stage: Stage; round: number }): { stage: Stage; round: number } {
  return { stage, round };
}

function party({ name, fingerprint }: AdmittedSite): Party {
  return { name, fingerprint };
}
