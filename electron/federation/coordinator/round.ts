/**
 * The rounds of a federation as a pure state machine: events in, actions out; no sockets, no clock. A site is its
 * fingerprint; times are milliseconds on whatever clock the caller keeps.
 *
 *   admit -> announce -> features -> training -> updates -> aggregate -> admit (next round) ... -> finished
 *
 * `features` is left out where the plan exchanges none and in fine-tuning. `training` becomes `updates` with the first
 * answer; both share one deadline. Who misses a phase sits the round out and is welcome at the next.
 */

import type { Plan } from '../../../shared/plan.ts';
import type { AnswerSubject, Phase, Stage } from '../../../shared/protocol/rounds.ts';

export interface RoundRules {
  sites: number; // the first round waits for that many
  quorum: number; // later rounds need that many present, and that many updates to count
  rounds: Record<Stage, number>;
  exchangeFeatures: boolean;
  featuresTime: number; // ms
  trainingTime: number; // ms, of training and updates together
  grace: number; // ms that a broken connection is waited for
}

type Presence = { state: 'present' } | { state: 'gone'; since: number } | { state: 'left' };

export interface RoundState {
  started: boolean; // whether the first round has begun
  stage: Stage;
  round: number; // from 1; in `admit` the one that comes next
  phase: Phase;
  deadline: number | null;
  members: string[]; // of the round: who was present when it was announced
  shared: string[];
  withheld: string[];
  updated: string[];
  satOut: string[];
  /** Members that were sent away for what they sent; the round goes on without them. */
  expelled: string[];
  presence: Record<string, Presence>;
}

/** A member's answer in one of the two phases: it gave what was asked for, or keeps it to itself. */
export interface Answer {
  about: AnswerSubject;
  stage: Stage;
  round: number;
  given: boolean;
}

export type RoundEvent = { at: number } & (
  | { type: 'arrived'; site: string }
  | { type: 'gone'; site: string } // the connection broke: perhaps it comes back
  | { type: 'left'; site: string } // said goodbye
  | { type: 'expelled'; site: string }
  | { type: 'prepared' } // the global weights of the round are ready
  | ({ type: 'answer'; site: string } & Answer)
  | { type: 'aggregated' }
  | { type: 'tick' }
);

/** Why an answer does not count. The first two break the protocol, the others may happen to anyone. */
export type Refusal = 'bad-turn' | 'duplicate' | 'late' | 'old-round' | 'not-member';

export type RoundAction =
  | { type: 'prepare'; stage: Stage }
  | { type: 'announce' }
  | { type: 'close-features' } // relay what was shared; training goes on
  | { type: 'aggregate'; counted: boolean } // average the updates where the quorum was reached, else keep the weights
  | { type: 'finish' }
  | { type: 'count'; site: string; about: AnswerSubject } // keep the answer and say so
  | { type: 'refuse'; site: string; about: AnswerSubject; why: Refusal };

export function roundRules(plan: Plan, sites: number, grace: number): RoundRules {
  return {
    sites,
    quorum: plan.quorum,
    rounds: { pretraining: plan.rounds, finetuning: plan.finetuneRounds },
    exchangeFeatures: plan.exchangeFeatures,
    featuresTime: plan.featuresDeadline * 1000,
    trainingTime: plan.trainingDeadline * 1000,
    grace,
  };
}

export function firstState(rules: RoundRules): RoundState {
  return {
    started: false,
    stage: rules.rounds.pretraining > 0 ? 'pretraining' : 'finetuning',
    round: 1,
    phase: 'admit',
    deadline: null,
    members: [],
    shared: [],
    withheld: [],
    updated: [],
    satOut: [],
    expelled: [],
    presence: {},
  };
}

/**
 * The state with which a restarted coordinator goes on: everybody's connection is gone since now, and the open phase
 * gets its whole time again. The actions repeat the step that may have been cut off.
 */
export function resume(
  rules: RoundRules,
  saved: RoundState,
  at: number,
): { state: RoundState; actions: RoundAction[] } {
  const state = structuredClone(saved);
  for (const [site, presence] of Object.entries(state.presence)) {
    if (presence.state !== 'left') state.presence[site] = { state: 'gone', since: at };
  }
  switch (state.phase) {
    case 'announce':
      return { state, actions: [{ type: 'prepare', stage: state.stage }] };
    case 'features':
      state.deadline = at + rules.featuresTime;
      return { state, actions: [] };
    case 'training':
    case 'updates':
      state.deadline = at + rules.trainingTime;
      return { state, actions: [] };
    case 'aggregate':
      return { state, actions: [{ type: 'aggregate', counted: state.updated.length >= rules.quorum }] };
    case 'finished':
      return { state, actions: [{ type: 'finish' }] };
    case 'admit':
      return { state, actions: [] };
  }
}

/** What the event makes of the state. `state` itself is not changed. */
export function step(
  rules: RoundRules,
  state: RoundState,
  event: RoundEvent,
): { state: RoundState; actions: RoundAction[] } {
  const next = structuredClone(state);
  const actions: RoundAction[] = [];
  switch (event.type) {
    case 'arrived':
      next.presence[event.site] = { state: 'present' };
      break;
    case 'gone':
      if (next.presence[event.site]?.state === 'present') {
        next.presence[event.site] = { state: 'gone', since: event.at };
      }
      break;
    case 'left':
      next.presence[event.site] = { state: 'left' };
      break;
    case 'expelled':
      next.presence[event.site] = { state: 'left' };
      if (isMember(next, event.site)) next.expelled.push(event.site);
      break;
    case 'prepared':
      if (next.phase === 'announce') announce(rules, next, event.at, actions);
      break;
    case 'answer':
      judge(next, event, actions);
      break;
    case 'aggregated':
      if (next.phase === 'aggregate') moveOn(rules, next, actions);
      break;
    case 'tick':
      break;
  }
  settle(rules, next, event.at, actions);
  return { state: next, actions };
}

/** When `tick` is due at the latest, or null: the deadline, or the end of somebody's grace. */
export function nextTick(rules: RoundRules, state: RoundState, at: number): number | null {
  if (state.phase === 'announce' || state.phase === 'aggregate') return null;
  const ends = Object.values(state.presence)
    .filter((presence) => presence.state === 'gone')
    .map((presence) => presence.since + rules.grace)
    .filter((end) => end > at);
  if (state.deadline !== null) ends.push(state.deadline);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** Whom the phase waits for: members that owe an answer, or in `admit` the sites that are away. */
export function awaited(state: RoundState): string[] {
  if (state.phase === 'features') return owing(state, [...state.shared, ...state.withheld]);
  if (state.phase === 'training' || state.phase === 'updates') {
    return owing(state, [...state.updated, ...state.satOut]);
  }
  if (state.phase !== 'admit') return [];
  return Object.keys(state.presence).filter((site) => state.presence[site].state === 'gone');
}

export function present(state: RoundState): string[] {
  return Object.keys(state.presence).filter((site) => isPresent(state, site));
}

/** Sites that hold the end of the federation up: they are here, or may soon be back, and have not said goodbye. */
export function undelivered(rules: RoundRules, state: RoundState, at: number): string[] {
  return Object.keys(state.presence).filter((site) => isPresent(state, site) || inGrace(rules, state, site, at));
}

/** What was already counted for a member, told to it when it comes back. */
export function received(state: RoundState, site: string): { features: boolean; update: boolean } {
  return {
    features: state.shared.includes(site) || state.withheld.includes(site),
    update: state.updated.includes(site) || state.satOut.includes(site),
  };
}

/** A member takes part in the round that is under way and was not sent away from it. */
export function isMember(state: RoundState, site: string): boolean {
  return state.members.includes(site) && !state.expelled.includes(site);
}

function judge(state: RoundState, answer: Answer & { site: string }, actions: RoundAction[]): void {
  const { site, about, given } = answer;
  const why = refusal(state, answer);
  if (why !== undefined) {
    actions.push({ type: 'refuse', site, about, why });
    return;
  }
  if (about === 'features') (given ? state.shared : state.withheld).push(site);
  else {
    (given ? state.updated : state.satOut).push(site);
    state.phase = 'updates';
  }
  actions.push({ type: 'count', site, about });
}

function refusal(state: RoundState, { site, about, stage, round }: Answer & { site: string }): Refusal | undefined {
  if (!state.started) return 'bad-turn';
  if (stage !== state.stage || round !== state.round) {
    const past = stage === state.stage ? round < state.round : stage === 'pretraining';
    return past ? 'old-round' : 'bad-turn';
  }
  if (state.phase === 'admit' || state.phase === 'announce') return 'bad-turn';
  if (!isMember(state, site)) return 'not-member';
  const before = received(state, site);
  if (before[about]) return 'duplicate';
  if (about === 'features') return state.phase === 'features' ? undefined : 'late';
  if (state.phase === 'features') return 'bad-turn';
  return state.phase === 'training' || state.phase === 'updates' ? undefined : 'late';
}

/** Goes on to the next phases for as long as nothing has to be waited for. */
function settle(rules: RoundRules, state: RoundState, at: number, actions: RoundAction[]): void {
  if (state.phase === 'admit' && mayBegin(rules, state, at)) {
    state.started = true;
    state.phase = 'announce';
    actions.push({ type: 'prepare', stage: state.stage });
  }
  if (state.phase === 'features' && isOver(rules, state, at)) {
    state.phase = 'training';
    state.deadline = at + rules.trainingTime;
    actions.push({ type: 'close-features' });
  }
  if ((state.phase === 'training' || state.phase === 'updates') && isOver(rules, state, at)) {
    state.phase = 'aggregate';
    state.deadline = null;
    actions.push({ type: 'aggregate', counted: state.updated.length >= rules.quorum });
  }
}

function mayBegin(rules: RoundRules, state: RoundState, at: number): boolean {
  const here = present(state).length;
  if (!state.started) return here >= rules.sites;
  return here >= rules.quorum && !awaited(state).some((site) => inGrace(rules, state, site, at));
}

/**
 * A phase is over at its deadline, or when everybody answered. A member whose connection is broken for longer than the
 * grace is not waited for, unless without it the quorum would be lost: then its return is hoped for until the deadline.
 */
function isOver(rules: RoundRules, state: RoundState, at: number): boolean {
  if (state.deadline !== null && at >= state.deadline) return true;
  const missing = awaited(state);
  if (missing.some((site) => isPresent(state, site) || inGrace(rules, state, site, at))) return false;
  const answered = state.phase === 'features' ? [...state.shared, ...state.withheld] : state.updated;
  return missing.length === 0 || answered.length >= rules.quorum;
}

function announce(rules: RoundRules, state: RoundState, at: number, actions: RoundAction[]): void {
  const members = present(state).sort();
  if (members.length < rules.quorum) {
    state.phase = 'admit'; // they went while the weights were made
    return;
  }
  const withFeatures = rules.exchangeFeatures && state.stage === 'pretraining';
  state.members = members;
  state.shared = [];
  state.withheld = [];
  state.updated = [];
  state.satOut = [];
  state.expelled = [];
  state.phase = withFeatures ? 'features' : 'training';
  state.deadline = at + (withFeatures ? rules.featuresTime : rules.trainingTime);
  actions.push({ type: 'announce' });
}

function moveOn(rules: RoundRules, state: RoundState, actions: RoundAction[]): void {
  state.members = [];
  if (state.round < rules.rounds[state.stage]) {
    state.round += 1;
    state.phase = 'admit';
  } else if (state.stage === 'pretraining' && rules.rounds.finetuning > 0) {
    state.stage = 'finetuning';
    state.round = 1;
    state.phase = 'admit';
  } else {
    state.phase = 'finished';
    actions.push({ type: 'finish' });
  }
}

function owing(state: RoundState, answered: string[]): string[] {
  return state.members.filter(
    (site) => isMember(state, site) && !answered.includes(site) && state.presence[site]?.state !== 'left',
  );
}

function isPresent(state: RoundState, site: string): boolean {
  return state.presence[site]?.state === 'present';
}

function inGrace(rules: RoundRules, state: RoundState, site: string, at: number): boolean {
  const presence = state.presence[site];
  return presence?.state === 'gone' && at < presence.since + rules.grace;
}
