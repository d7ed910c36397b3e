/**
 * A federation on its way: carries out what the state machine of round.ts decides, as far as it concerns state, weights
 * and store. Who holds the connections (coordinator.ts) is told what to send.
 */
import type { Party } from '../../../shared/consent.ts';
import { fault } from '../../../shared/errors.ts';
import { planHash, sha256 } from '../../../shared/hash.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { Timing } from '../../../shared/protocol/limits.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';
import { encodeSafetensors } from '../../../shared/safetensors.ts';
import { layoutOf, readWeights, stripMetadata } from '../wire/weights-frame.ts';
import { federatedAverage } from './aggregation/fedavg.ts';
import { globalWeights, siteOf } from './dispatches.ts';
import type { CoordinatorEvent } from './events.ts';
import {
  awaited,
  firstState,
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
import type { CoordinatorState, CoordinatorStore, ReceivedUpdate } from './state.ts';
import { Throttle } from './throttle.ts';

export interface RunOptions {
  name: string; // of the site that coordinates
  federation: string;
  plan: Plan;
  sites: number; // the first round begins when that many are here
  store: CoordinatorStore;
  /** Safetensors bytes of a stage's first global weights; `previous` are the last ones of the stage before. */
  initialWeights: (stage: Stage, previous: Uint8Array | undefined) => Promise<Uint8Array>;
  onEvent: (event: CoordinatorEvent) => void;
}

/** What has to be said to the sites; the state is saved by then. */
export interface RunSpeaker {
  announce(): void;
  closeFeatures(): void;
  roundOver(counted: boolean, updates: ReceivedUpdate[]): void;
  finish(): void;
  /** Whom the open phase waits for; what else the sites hear of the phase was said before. */
  waiting(): void;
  /** The run cannot go on. */
  fail(error: unknown): void;
}

export type Verdict = Extract<RoundAction, { type: 'count' | 'refuse' }>;

export class FederationRun {
  readonly rules: RoundRules;
  readonly state: CoordinatorState;
  /**
   * Resolves with the final weights once every site that is here, or was just now, has taken them. Rejects with
   * `federation.stopping` where it was stopped before, and with what made the run impossible.
   */
  readonly finished: Promise<Uint8Array>;
  readonly #options: RunOptions;
  readonly #timing: Timing;
  readonly #speaker: RunSpeaker;
  readonly #outcome = Promise.withResolvers<Uint8Array>();
  #layout: string | undefined; // of the global weights
  #weightsHash: Uint8Array | undefined;
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #finishedAt: number | undefined; // until the final weights are delivered
  #stopped = false;
  readonly #throttle: Throttle;

  constructor(options: RunOptions, saved: CoordinatorState | undefined, timing: Timing, speaker: RunSpeaker) {
    const { plan, federation, sites } = options;
    this.#options = options;
    this.#timing = timing;
    this.#speaker = speaker;
    this.#throttle = new Throttle(timing.waitingEvery, () => void this.enqueue(async () => this.#tellWaiting()));
    this.rules = roundRules(plan, sites, timing.grace);
    this.state = saved ?? {
      federation,
      planHash: planHash(plan),
      tokens: [],
      sites: [],
      rounds: firstState(this.rules),
      countedRounds: 0,
      weights: null,
      features: [],
      updates: [],
    };
    if (saved?.weights) this.#setWeights(saved.weights.stage, saved.weights.bytes);
    this.finished = this.#outcome.promise;
    this.finished.catch(() => {}); // who does not wait for it has the event
  }

  /** Names and shapes of the global weights, which every update must have. */
  get layout(): string | undefined {
    return this.#layout;
  }

  get weightsHash(): Uint8Array | undefined {
    return this.#weightsHash;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Of the open phase, in ms. */
  get remaining(): number {
    return Math.max(0, Math.round((this.state.rounds.deadline ?? Date.now()) - Date.now()));
  }

  /** Goes on with the state that the store kept. */
  resume(): void {
    const { state, actions } = resume(this.rules, this.state.rounds, Date.now());
    this.state.rounds = state;
    this.#tellPhase();
    for (const action of actions) void this.enqueue(() => this.#perform(action));
    this.dispatch({ type: 'tick', at: Date.now() });
  }

  /** Nothing more happens; resolves when what was under way is done. Who waits for the end is released. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#throttle.stop();
    await this.#work;
    this.#outcome.reject(fault('federation.stopping')); // in vain where the end came before
  }

  /**
   * Feeds the state machine. Its verdict about an answer is given back at once, and `keep` runs where it counts, before
   * anybody hears of the phase that the answer opened; everything slower waits its turn.
   */
  dispatch(event: RoundEvent, keep?: () => void): Verdict | undefined {
    if (this.#stopped) return undefined;
    const before = this.state.rounds;
    const { state, actions } = step(this.rules, before, event);
    this.state.rounds = state;
    let verdict: Verdict | undefined;
    for (const action of actions) {
      if (action.type === 'count' || action.type === 'refuse') {
        verdict = action;
        if (action.type === 'count') keep?.();
        continue;
      }
      if (action.type === 'announce') {
        // At once: from here on answers to the new round may come.
        this.state.features = [];
        this.state.updates = [];
      }
      void this.enqueue(() => this.#perform(action));
    }
    if (state.phase !== before.phase || state.phase === 'admit') this.#tellPhase();
    const idle = event.type === 'tick' || verdict?.type === 'refuse';
    if (state.phase !== before.phase || !idle) this.#throttle.soon();
    this.#schedule();
    this.#checkDelivered();
    return verdict;
  }

  /** One thing after the other; what fails here (a full disk, weights that cannot be made) ends the run. */
  enqueue(task: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(async () => {
      if (this.#stopped) return;
      try {
        await task();
      } catch (error) {
        this.#stopped = true;
        clearTimeout(this.#timer);
        this.#throttle.stop();
        this.#outcome.reject(error);
        this.#options.onEvent({ type: 'failed', error });
        this.#speaker.fail(error);
      }
    });
    return this.#work;
  }

  /** The state as it is now, in lists of its own, so that saving may take its time. */
  save(): Promise<void> {
    const { tokens, sites, features, updates } = this.state;
    return this.#options.store.save({
      ...this.state,
      tokens: [...tokens],
      sites: [...sites],
      features: [...features],
      updates: [...updates],
    });
  }

  party(fingerprint: string): Party {
    return { name: siteOf(this.state, fingerprint)?.name ?? 'unknown', fingerprint };
  }

  async #perform(action: RoundAction): Promise<void> {
    switch (action.type) {
      case 'prepare':
        this.#tellWaiting();
        this.#prepare(action.stage);
        return;
      case 'announce':
        await this.save();
        this.#speaker.announce();
        this.#tellWaiting();
        return;
      case 'close-features':
        await this.save();
        this.#speaker.closeFeatures();
        this.#tellWaiting();
        return;
      case 'aggregate':
        this.#tellWaiting();
        return this.#aggregate(action.counted);
      case 'finish':
        await this.save();
        this.#finishedAt = Date.now();
        this.#options.onEvent({ type: 'finished', bytes: globalWeights(this.state).length });
        this.#speaker.finish();
        this.#schedule();
        this.#checkDelivered();
        return;
    }
  }

  /** Beside the queue, because it may take long: sites are admitted while the first weights are made. */
  #prepare(stage: Stage): void {
    const { name, initialWeights } = this.#options;
    const ready = () => void this.dispatch({ type: 'prepared', at: Date.now() });
    if (this.state.weights?.stage === stage) {
      ready();
      return;
    }
    void initialWeights(stage, this.state.weights?.bytes).then(
      (made) =>
        this.enqueue(async () => {
          this.#setWeights(stage, stripMetadata(made, name));
          ready();
        }),
      (error: unknown) => this.enqueue(() => Promise.reject(error)),
    );
  }

  /** Saves the answers, averages them, and moves on; a kill in between repeats the average. */
  async #aggregate(counted: boolean): Promise<void> {
    const { stage } = this.state.rounds;
    await this.save();
    const { updates } = this.state;
    if (counted) {
      const decoded = updates.map(({ site, volumes, weights }) => ({
        volumes,
        weights: readWeights(weights, this.party(site).name, this.#layout),
      }));
      this.#setWeights(stage, encodeSafetensors(federatedAverage(decoded)));
      this.state.countedRounds += 1;
    }
    this.#speaker.roundOver(counted, updates);
    this.state.features = [];
    this.state.updates = [];
    this.dispatch({ type: 'aggregated', at: Date.now() });
    await this.save();
  }

  #setWeights(stage: Stage, bytes: Uint8Array): void {
    this.#layout = layoutOf(readWeights(bytes, this.#options.name));
    this.#weightsHash = sha256(bytes);
    this.state.weights = { stage, bytes };
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    const due = [nextTick(this.rules, this.state.rounds, now)];
    if (this.#finishedAt !== undefined) due.push(this.#finishedAt + this.#timing.deliveryTime);
    const at = Math.min(...due.filter((time) => time !== null));
    if (!Number.isFinite(at)) return;
    // A Node timer holds 2^31 ms at most; waking early only asks again.
    const wait = Math.min(Math.max(at - now, 1), 2 ** 31 - 1);
    this.#timer = setTimeout(() => this.dispatch({ type: 'tick', at: Date.now() }), wait);
  }

  #checkDelivered(): void {
    if (this.#finishedAt === undefined) return;
    const now = Date.now();
    const waiting = undelivered(this.rules, this.state.rounds, now);
    if (waiting.length > 0 && now < this.#finishedAt + this.#timing.deliveryTime) return;
    this.#finishedAt = undefined;
    this.#outcome.resolve(globalWeights(this.state));
  }

  #tellWaiting(): void {
    this.#throttle.done();
    this.#speaker.waiting();
  }

  #tellPhase(): void {
    const { rounds } = this.state;
    const missing = awaited(rounds).map((site) => this.party(site));
    const { stage, round, phase, deadline, started } = rounds;
    const place = { stage, round, rounds: this.rules.rounds[stage] };
    if (phase === 'admit') {
      const here = present(rounds).map((site) => this.party(site));
      const needed = started ? this.rules.quorum : this.rules.sites;
      this.#options.onEvent({ type: 'waiting', ...place, started, present: here, needed, missing });
      return;
    }
    this.#options.onEvent({ type: 'phase', ...place, phase, deadline, missing });
  }
}
