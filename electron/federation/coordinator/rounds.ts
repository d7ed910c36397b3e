/**
 * A federation's rounds on the coordinator, in the order in which they happen: sites arrive, the global weights are
 * made ready and announced, features come and are relayed, the sites train, updates come and are averaged, and after
 * the last round everybody gets the result. What happens when is decided by the state machine of round.ts, whose
 * actions are carried out here; the state is state.ts's.
 */
import type { Party } from '../../../shared/consent.ts';
import { fault } from '../../../shared/errors.ts';
import type { Plan } from '../../../shared/plan.ts';
import { closeCodes } from '../../../shared/protocol/codes.ts';
import type { CoordinatorEvent } from '../../../shared/protocol/coordinator-events.ts';
import type { Timing } from '../../../shared/protocol/limits.ts';
import type { MessageOf } from '../../../shared/protocol/messages.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';
import { encodeSafetensors } from '../../../shared/safetensors.ts';
import { sameBytes } from '../wire/transcript.ts';
import { readWeights, stripMetadata } from '../wire/weights-frame.ts';
import { aggregationOf } from './aggregation/index.ts';
import { checkFeatures, checkUpdate } from './answer-checks.ts';
import { announcement, finalWeights, relayedTo, waiting } from './messages.ts';
import {
  type Answer,
  awaited,
  isMember,
  nextTick,
  present,
  type Refusal,
  type RoundAction,
  type RoundEvent,
  type RoundRules,
  undelivered,
} from './round.ts';
import { type Session, type Sessions, sendTo } from './sessions.ts';
import type { CoordinatorState } from './state.ts';
import type { CoordinatorStore } from './store.ts';
import { Throttle } from './throttle.ts';
import type { WorkQueue } from './work-queue.ts';

export interface RoundsOptions {
  name: string; // of the site that coordinates
  federation: string;
  plan: Plan;
  sites: number; // the first round begins when that many are here
  store: CoordinatorStore;
  /** Safetensors bytes of a stage's first global weights; `previous` are the last ones of the stage before. */
  initialWeights: (stage: Stage, previous: Uint8Array | undefined) => Promise<Uint8Array>;
  onEvent: (event: CoordinatorEvent) => void;
}

/** What the rounds work on. */
export interface RoundsParts {
  rules: RoundRules;
  state: CoordinatorState;
  sessions: Sessions;
  queue: WorkQueue;
  timing: Timing;
  /** An answer does not count, though nobody broke the protocol. */
  onRefused: (session: Session, why: Refusal, detail: string) => void;
}

type Verdict = Extract<RoundAction, { type: 'count' | 'refuse' }>;

export class Rounds {
  /**
   * Resolves with the final weights once every site that is here, or was just now, has taken them. Rejects with
   * `federation.stopping` where it was stopped before, and with what made the rounds impossible.
   */
  readonly finished: Promise<Uint8Array>;
  readonly #options: RoundsOptions;
  readonly #parts: RoundsParts;
  readonly #outcome = Promise.withResolvers<Uint8Array>();
  readonly #tellSoon: Throttle; // whom the open phase waits for
  #timer: NodeJS.Timeout | undefined;
  #finishedAt: number | undefined; // until the final weights are delivered

  constructor(options: RoundsOptions, parts: RoundsParts) {
    this.#options = options;
    this.#parts = parts;
    this.#tellSoon = new Throttle(parts.timing.waitingEvery, () => {
      void parts.queue.add(async () => this.#tellWaiting());
    });
    this.finished = this.#outcome.promise;
    this.finished.catch(() => {}); // who does not wait for it has the event
  }

  /** Goes on with the state that the store kept. */
  resume(): void {
    const actions = this.#parts.state.resume(Date.now());
    this.#reportPhase();
    for (const action of actions) void this.#parts.queue.add(() => this.#perform(action));
    this.#apply({ type: 'tick', at: Date.now() });
  }

  /** Nothing more happens. */
  end(reason: unknown): void {
    clearTimeout(this.#timer);
    this.#tellSoon.stop();
    this.#outcome.reject(reason); // in vain where the end came before
  }

  // Admit: sites come and go

  /** A site is in: it gets what the open round holds for it. `holding` says which global weights it has already. */
  arrive(session: Session, holding: MessageOf<'join'>['holding']): void {
    const { rounds } = this.#parts.state.view;
    const { phase } = rounds;
    if (phase === 'finished') this.#sendFinal(session);
    const open = phase === 'features' || phase === 'training' || phase === 'updates';
    if (open && isMember(rounds, session.site.fingerprint)) {
      this.#announceTo(session, this.#holds(holding));
      if (phase !== 'features') this.#relayTo(session);
    }
    this.#apply({ type: 'arrived', site: session.site.fingerprint, at: Date.now() });
  }

  /** A site is gone and may come back, said goodbye, or was sent away. */
  depart({ site }: Session, how: 'gone' | 'left' | 'expelled'): void {
    this.#apply({ type: how, site: site.fingerprint, at: Date.now() });
  }

  #holds(holding: MessageOf<'join'>['holding']): boolean {
    const { state } = this.#parts;
    const { stage, round } = state.view.rounds;
    if (holding === null || state.weightsHash === undefined) return false;
    return holding.stage === stage && holding.round === round && sameBytes(holding.weights, state.weightsHash);
  }

  // Announce: the global weights are made ready, and every site that is here gets them

  /** Beside the queue, because it may take long: sites are admitted while the first weights are made. */
  #prepare(stage: Stage): void {
    const { state, queue } = this.#parts;
    const { name, initialWeights } = this.#options;
    const ready = () => void this.#apply({ type: 'prepared', at: Date.now() });
    const { weights } = state.view;
    if (weights?.stage === stage) {
      ready();
      return;
    }
    void initialWeights(stage, weights?.bytes).then(
      (made) =>
        queue.add(async () => {
          state.replaceWeights(stage, stripMetadata(made, name), name);
          ready();
        }),
      (error: unknown) => queue.add(() => Promise.reject(error)),
    );
  }

  async #announce(): Promise<void> {
    await this.#save();
    this.#parts.sessions.markTraffic();
    for (const session of this.#members()) this.#announceTo(session, false);
  }

  #announceTo(session: Session, holds: boolean): void {
    const { state, rules } = this.#parts;
    const { stage, round } = state.view.rounds;
    if (session.announced === `${stage} ${round}`) return;
    session.announced = `${stage} ${round}`;
    session.link.allowMessages();
    const about = { rounds: rules.rounds[stage], remaining: this.#remaining, holds };
    sendTo(session, announcement(state, session.site, about));
  }

  // Features: each member shares a sealed batch, or withholds it; then each gets those that are sealed for it

  takeFeatures(message: MessageOf<'features'>, payload: Uint8Array, session: Session): void {
    const { site } = session;
    const { state } = this.#parts;
    const sealed = checkFeatures(message, payload, site, state.view);
    this.#judge({ about: 'features', ...placeOf(message), given: true }, session, payload.length, () => {
      state.keepFeatures({ site: site.fingerprint, sealed });
    });
  }

  takeWithheld(message: MessageOf<'withhold'>, session: Session): void {
    this.#judge({ about: 'features', ...placeOf(message), given: false }, session, 0, () => {});
  }

  async #closeFeatures(): Promise<void> {
    await this.#save();
    for (const session of this.#members()) this.#relayTo(session);
  }

  /** The others' batches, and that training goes on. */
  #relayTo(session: Session): void {
    const { state } = this.#parts;
    const { stage, round } = state.view.rounds;
    const batches = relayedTo(state, session.site, this.#options.plan.refusersReceive);
    for (const batch of batches) sendTo(session, batch);
    void session.link.send({ type: 'training', stage, round, remaining: this.#remaining });
  }

  // Training and updates: each member sends its weights, or sits out

  takeUpdate(message: MessageOf<'update'>, weights: Uint8Array, session: Session): void {
    const { site } = session;
    const { state } = this.#parts;
    const { volumes, loss } = message;
    // One of the stage before is not read: it will be refused as old.
    if (message.stage === state.view.weights?.stage) checkUpdate(message, weights, site, state.layout);
    this.#judge({ about: 'update', ...placeOf(message), given: true }, session, weights.length, () => {
      state.keepUpdate({ site: site.fingerprint, volumes, loss, weights });
    });
  }

  takeSatOut(message: MessageOf<'sit-out'>, session: Session): void {
    this.#judge({ about: 'update', ...placeOf(message), given: false }, session, 0, () => {});
  }

  // Aggregate: the updates become the next global weights, where the quorum was reached

  /** Saves the answers, averages them, and moves on; a kill in between repeats the average. */
  async #aggregate(counted: boolean): Promise<void> {
    const { state } = this.#parts;
    await this.#save();
    if (counted) {
      const { rounds, updates } = state.view;
      const decoded = updates.map(({ site, volumes, weights }) => ({
        volumes,
        weights: readWeights(weights, state.party(site).name, state.layout),
      }));
      const { plan, name } = this.#options;
      state.replaceWeights(rounds.stage, encodeSafetensors(aggregationOf(plan)(decoded)), name);
      state.countRound();
    }
    this.#tellRoundOver(counted);
    state.clearAnswers();
    this.#apply({ type: 'aggregated', at: Date.now() });
    await this.#save();
  }

  #tellRoundOver(counted: boolean): void {
    const { state, sessions } = this.#parts;
    const { rounds, updates, sites } = state.view;
    const place = placeOf(rounds);
    for (const { link } of this.#members()) {
      void link.send({ type: 'round-over', ...place, counted, sites: updates.length });
    }
    const participants = updates.map(({ site, volumes, loss }) => ({ ...state.party(site), volumes, loss }));
    const traffic = sites.map((site) => ({ ...partyOf(site), traffic: sessions.trafficOf(site.fingerprint) }));
    this.#options.onEvent({ type: 'round-finished', ...place, counted, participants, traffic });
  }

  // Finish: every site takes the final weights

  async #finish(): Promise<void> {
    const { state, sessions } = this.#parts;
    await this.#save();
    this.#finishedAt = Date.now();
    this.#options.onEvent({ type: 'finished', bytes: state.weights.length });
    for (const session of sessions.all()) this.#sendFinal(session);
    this.#schedule();
    this.#checkDelivered();
  }

  #sendFinal(session: Session): void {
    session.link.allowMessages();
    sendTo(session, finalWeights(this.#parts.state));
  }

  #checkDelivered(): void {
    if (this.#finishedAt === undefined) return;
    const { rules, state, timing } = this.#parts;
    const now = Date.now();
    const missing = undelivered(rules, state.view.rounds, now);
    if (missing.length > 0 && now < this.#finishedAt + timing.deliveryTime) return;
    this.#finishedAt = undefined;
    this.#outcome.resolve(state.weights);
  }

  // The state machine's word, and what it asks for

  /** Lets the state machine judge an answer; `keep` runs where it counts. */
  #judge(answer: Answer, session: Session, bytes: number, keep: () => void): void {
    const { site, link } = session;
    const { about, stage, round } = answer;
    const verdict = this.#apply({ type: 'answer', ...answer, site: site.fingerprint, at: Date.now() }, () => {
      keep();
      void link.send({ type: 'counted', about, stage, round });
      this.#options.onEvent({ type: 'answered', site: partyOf(site), about, stage, round, bytes });
    });
    if (verdict?.type !== 'refuse') return; // counted, or the coordinator has stopped
    if (verdict.why === 'duplicate' || verdict.why === 'bad-turn') throw fault(`federation.${verdict.why}`);
    void link.send({ type: 'refused', about, stage, round, code: closeCodes[verdict.why] });
    this.#parts.onRefused(session, verdict.why, `${about} of round ${round}`);
  }

  /**
   * Gives the verdict about an answer at once, and `keep` runs where it counts, before anybody hears of the phase that
   * the answer opened; everything slower waits its turn.
   */
  #apply(event: RoundEvent, keep?: () => void): Verdict | undefined {
    const { state, queue } = this.#parts;
    if (queue.stopped) return undefined;
    const before = state.view.rounds.phase;
    const actions = state.apply(event);
    const { phase } = state.view.rounds;
    let verdict: Verdict | undefined;
    for (const action of actions) {
      if (action.type === 'count' || action.type === 'refuse') {
        verdict = action;
        if (action.type === 'count') keep?.();
        continue;
      }
      if (action.type === 'announce') state.clearAnswers(); // at once: from here on answers to the new round may come
      void queue.add(() => this.#perform(action));
    }
    if (phase !== before || phase === 'admit') this.#reportPhase();
    const idle = event.type === 'tick' || verdict?.type === 'refuse';
    if (phase !== before || !idle) this.#tellSoon.soon();
    this.#schedule();
    this.#checkDelivered();
    return verdict;
  }

  async #perform(action: RoundAction): Promise<void> {
    switch (action.type) {
      case 'prepare':
        this.#tellWaiting();
        this.#prepare(action.stage);
        return;
      case 'announce':
        await this.#announce();
        this.#tellWaiting();
        return;
      case 'close-features':
        await this.#closeFeatures();
        this.#tellWaiting();
        return;
      case 'aggregate':
        this.#tellWaiting();
        return this.#aggregate(action.counted);
      case 'finish':
        return this.#finish();
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const { rules, state, timing } = this.#parts;
    const now = Date.now();
    const due = [nextTick(rules, state.view.rounds, now)];
    if (this.#finishedAt !== undefined) due.push(this.#finishedAt + timing.deliveryTime);
    const at = Math.min(...due.filter((time) => time !== null));
    if (!Number.isFinite(at)) return;
    // A Node timer holds 2^31 ms at most; waking early only asks again.
    const wait = Math.min(Math.max(at - now, 1), 2 ** 31 - 1);
    this.#timer = setTimeout(() => this.#apply({ type: 'tick', at: Date.now() }), wait);
  }

  /** Of the open phase, in ms. */
  get #remaining(): number {
    return Math.max(0, Math.round((this.#parts.state.view.rounds.deadline ?? Date.now()) - Date.now()));
  }

  #save(): Promise<void> {
    return this.#options.store.save(this.#parts.state.snapshot());
  }

  #members(): Session[] {
    const { state, sessions } = this.#parts;
    return sessions.all().filter(({ site }) => isMember(state.view.rounds, site.fingerprint));
  }

  // What others hear of the open phase

  #tellWaiting(): void {
    const { state, sessions } = this.#parts;
    this.#tellSoon.done();
    const message = waiting(state, this.#remaining);
    if (message) for (const { link } of sessions.all()) void link.send(message);
  }

  #reportPhase(): void {
    const { rules, state } = this.#parts;
    const { rounds } = state.view;
    const missing = awaited(rounds).map((site) => state.party(site));
    const { phase, deadline, started } = rounds;
    const place = { ...placeOf(rounds), rounds: rules.rounds[rounds.stage] };
    if (phase === 'admit') {
      const here = present(rounds).map((site) => state.party(site));
      const needed = started ? rules.quorum : rules.sites;
      this.#options.onEvent({ type: 'waiting', ...place, started, present: here, needed, missing });
      return;
    }
    this.#options.onEvent({ type: 'phase', ...place, phase, deadline, missing });
  }
}

function placeOf({ stage, round }: { stage: Stage; round: number }): { stage: Stage; round: number } {
  return { stage, round };
}

function partyOf({ name, fingerprint }: Party): Party {
  return { name, fingerprint };
}
