import { describe, expect, it } from 'vitest';
import { tinyPlan } from '../testing.ts';
import {
  type Answer,
  awaited,
  firstState,
  nextTick,
  type RoundAction,
  type RoundEvent,
  type RoundRules,
  type RoundState,
  received,
  resume,
  roundRules,
  step,
  undelivered,
} from './round.ts';

const GRACE = 1000;
const plan = tinyPlan({ rounds: 2, finetuneRounds: 1, quorum: 2, featuresDeadline: 10, trainingDeadline: 100 });
const rules = roundRules(plan, 3, GRACE);

/** Feeds events in turn and keeps the actions of the last one. */
class Machine {
  state: RoundState;
  actions: RoundAction[] = [];
  readonly rules: RoundRules;
  at = 0;

  constructor(using: RoundRules = rules, state = firstState(using)) {
    this.rules = using;
    this.state = state;
  }

  feed(...events: (Distribute<RoundEvent> | RoundEvent)[]): this {
    for (const event of events) {
      const result = step(this.rules, this.state, { at: this.at, ...event } as RoundEvent);
      this.state = result.state;
      this.actions = result.actions;
    }
    return this;
  }

  answers(about: Answer['about'], given: boolean, ...sites: string[]): this {
    const { stage, round } = this.state;
    return this.feed(...sites.map((site) => ({ type: 'answer' as const, about, given, site, stage, round })));
  }

  get kinds(): string[] {
    return this.actions.map((action) => action.type);
  }
}
type Distribute<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

function announced(using = rules): Machine {
  const machine = new Machine(using);
  machine.feed(...['a', 'b', 'c'].map((site) => ({ type: 'arrived' as const, site })));
  expect(machine.kinds).toEqual(['prepare']);
  return machine.feed({ type: 'prepared' });
}

describe('rounds', () => {
  it('begin when as many sites are here as were asked for', () => {
    const machine = new Machine().feed({ type: 'arrived', site: 'a' }, { type: 'arrived', site: 'b' });
    expect(machine.state.phase).toBe('admit');
    machine.feed({ type: 'arrived', site: 'c' });
    expect(machine.actions).toEqual([{ type: 'prepare', stage: 'pretraining' }]);
    machine.feed({ type: 'prepared' });
    expect(machine.actions).toEqual([{ type: 'announce' }]);
    expect(machine.state).toMatchObject({ phase: 'features', members: ['a', 'b', 'c'], deadline: 10_000, round: 1 });
  });

  it('go through every phase, both stages, to the end', () => {
    const machine = announced();
    machine.answers('features', true, 'a', 'b');
    expect(machine.kinds).toEqual(['count']);
    machine.answers('features', false, 'c');
    expect(machine.kinds).toEqual(['count', 'close-features']);
    expect(machine.state).toMatchObject({ phase: 'training', shared: ['a', 'b'], withheld: ['c'] });
    machine.answers('update', true, 'c');
    expect(machine.state.phase).toBe('updates');
    machine.answers('update', true, 'a', 'b');
    expect(machine.actions.at(-1)).toEqual({ type: 'aggregate', counted: true });
    machine.feed({ type: 'aggregated' });
    expect(machine.kinds).toEqual(['prepare']);
    expect(machine.state).toMatchObject({ round: 2, phase: 'announce', stage: 'pretraining' });
    machine.feed({ type: 'prepared' }).answers('features', true, 'a', 'b', 'c').answers('update', true, 'a', 'b', 'c');
    machine.feed({ type: 'aggregated' });
    expect(machine.actions).toEqual([{ type: 'prepare', stage: 'finetuning' }]);
    machine.feed({ type: 'prepared' });
    expect(machine.state).toMatchObject({ stage: 'finetuning', round: 1, phase: 'training' });
    machine.answers('update', true, 'a', 'b', 'c').feed({ type: 'aggregated' });
    expect(machine.kinds).toEqual(['finish']);
    expect(machine.state.phase).toBe('finished');
  });

  it('leave the features out where the plan exchanges none', () => {
    expect(announced({ ...rules, exchangeFeatures: false }).state.phase).toBe('training');
  });

  it('start with fine-tuning where there is no pre-training', () => {
    expect(firstState({ ...rules, rounds: { pretraining: 0, finetuning: 3 } }).stage).toBe('finetuning');
  });

  it('do not change the state that they were given', () => {
    const before = announced().state;
    const copy = structuredClone(before);
    step(rules, before, {
      type: 'answer',
      about: 'features',
      given: true,
      site: 'a',
      stage: 'pretraining',
      round: 1,
      at: 1,
    });
    expect(before).toEqual(copy);
  });
});

describe('answers that do not count', () => {
  const refusal = (machine: Machine) => machine.actions.find((action) => action.type === 'refuse')?.why;
  const answer = (about: Answer['about'], site: string, round: number, stage: Answer['stage'] = 'pretraining') => ({
    type: 'answer' as const,
    about,
    given: true,
    site,
    stage,
    round,
  });

  it('duplicates', () => {
    const machine = announced().answers('features', true, 'a', 'a');
    expect(refusal(machine)).toBe('duplicate');
    expect(machine.state.shared).toEqual(['a']);
    machine.answers('features', false, 'a');
    expect(refusal(machine)).toBe('duplicate');
    expect(machine.state.withheld).toEqual([]);
  });

  it('of sites that are no members', () => {
    const machine = announced().feed({ type: 'arrived', site: 'late' }).answers('features', true, 'late');
    expect(refusal(machine)).toBe('not-member');
  });

  it('to rounds that are over or not yet open', () => {
    const machine = announced().answers('features', true, 'a', 'b', 'c').answers('update', true, 'a', 'b', 'c');
    machine.feed({ type: 'aggregated' }, { type: 'prepared' });
    expect(refusal(machine.feed(answer('features', 'a', 1)))).toBe('old-round');
    expect(refusal(machine.feed(answer('features', 'a', 3)))).toBe('bad-turn');
    expect(refusal(machine.feed(answer('update', 'a', 1, 'finetuning')))).toBe('bad-turn');
    expect(refusal(machine.feed(answer('update', 'a', 2)))).toBe('bad-turn'); // the features are still open
    expect(machine.state).toMatchObject({ shared: [], updated: [] });
  });

  it('to a phase that is over', () => {
    const machine = announced().answers('features', true, 'a', 'b');
    machine.at = 10_000;
    machine.feed({ type: 'tick' });
    expect(machine.kinds).toEqual(['close-features']);
    expect(refusal(machine.answers('features', true, 'c'))).toBe('late');
    machine.answers('update', true, 'a', 'b');
    machine.at = 110_000;
    machine.feed({ type: 'tick' });
    expect(machine.state.phase).toBe('aggregate');
    expect(refusal(machine.answers('update', true, 'c'))).toBe('late');
    expect(machine.state.updated).toEqual(['a', 'b']);
  });

  it('close the phase all the same when they come at its deadline', () => {
    const machine = announced().answers('features', true, 'a');
    machine.at = 10_000;
    machine.answers('features', true, 'a');
    expect(machine.kinds).toEqual(['refuse', 'close-features']);
  });

  it('before the first round', () => {
    expect(refusal(new Machine().feed({ type: 'arrived', site: 'a' }).feed(answer('update', 'a', 1)))).toBe('bad-turn');
  });

  it('of members that were expelled, while the round goes on with the others', () => {
    const machine = announced().feed({ type: 'expelled', site: 'c' }).answers('features', true, 'a', 'b');
    expect(machine.state.phase).toBe('training');
    machine.feed({ type: 'arrived', site: 'c' });
    expect(refusal(machine.answers('update', true, 'c'))).toBe('not-member');
    machine.answers('update', true, 'a', 'b');
    expect(machine.actions.at(-1)).toEqual({ type: 'aggregate', counted: true });
    machine.feed({ type: 'aggregated' }, { type: 'prepared' });
    expect(machine.state.members).toEqual(['a', 'b', 'c']);
  });
});

describe('sites that are missing', () => {
  it('are waited for within their grace, then not', () => {
    const machine = announced().feed({ type: 'gone', site: 'c' }).answers('features', true, 'a', 'b');
    expect(machine.state.phase).toBe('features');
    expect(nextTick(rules, machine.state, 0)).toBe(GRACE);
    expect(awaited(machine.state)).toEqual(['c']);
    machine.at = GRACE - 1;
    expect(machine.feed({ type: 'tick' }).state.phase).toBe('features');
    machine.at = GRACE;
    expect(machine.feed({ type: 'tick' }).state.phase).toBe('training');
  });

  it('can come back in time and be counted once', () => {
    const machine = announced().answers('features', true, 'c').feed({ type: 'gone', site: 'c' });
    machine.feed({ type: 'arrived', site: 'c' });
    expect(received(machine.state, 'c')).toEqual({ features: true, update: false });
    machine.answers('features', true, 'a', 'b').feed({ type: 'gone', site: 'c' });
    machine.at = 500;
    machine.feed({ type: 'arrived', site: 'c' }).answers('update', true, 'a', 'b', 'c');
    expect(machine.state.updated).toEqual(['a', 'b', 'c']);
  });

  it('are waited for until the deadline where the quorum would be lost', () => {
    const machine = announced().answers('features', true, 'a', 'b', 'c').answers('update', true, 'a');
    machine.feed({ type: 'gone', site: 'b' }, { type: 'gone', site: 'c' });
    machine.at = 50_000;
    expect(machine.feed({ type: 'tick' }).state.phase).toBe('updates');
    machine.feed({ type: 'arrived', site: 'b' }).answers('update', true, 'b');
    expect(machine.actions.at(-1)).toEqual({ type: 'aggregate', counted: true });
  });

  it('hang and are left behind at the deadline', () => {
    const machine = announced().answers('features', true, 'a', 'b', 'c').answers('update', true, 'a', 'b');
    expect(machine.state.phase).toBe('updates');
    expect(nextTick(rules, machine.state, 0)).toBe(100_000);
    machine.at = 100_000;
    machine.feed({ type: 'tick' });
    expect(machine.actions).toEqual([{ type: 'aggregate', counted: true }]);
    machine.feed({ type: 'aggregated' }, { type: 'prepared' });
    expect(machine.state.members).toEqual(['a', 'b', 'c']); // still connected: welcome at the next round
  });

  it('make a round not count below the quorum, and the rounds go on', () => {
    const machine = announced().answers('features', true, 'a', 'b', 'c').answers('update', false, 'a', 'b');
    machine.answers('update', true, 'c');
    expect(machine.actions.at(-1)).toEqual({ type: 'aggregate', counted: false });
    expect(machine.feed({ type: 'aggregated' }).state).toMatchObject({ round: 2, phase: 'announce' });
  });

  it('said goodbye and are not waited for', () => {
    const machine = announced().feed({ type: 'left', site: 'c' }).answers('features', true, 'a', 'b');
    expect(machine.state.phase).toBe('training');
    machine.answers('update', true, 'a', 'b').feed({ type: 'aggregated' }, { type: 'prepared' });
    expect(machine.state.members).toEqual(['a', 'b']);
  });

  it('are waited for at the beginning of a later round, within their grace', () => {
    const machine = announced().answers('features', true, 'a', 'b', 'c').answers('update', true, 'a', 'b', 'c');
    machine.feed({ type: 'gone', site: 'c' }, { type: 'aggregated' });
    expect(machine.state.phase).toBe('admit');
    machine.at = GRACE;
    machine.feed({ type: 'tick' }, { type: 'prepared' });
    expect(machine.state.members).toEqual(['a', 'b']);
  });

  it('leave too few for a round, which then waits without end', () => {
    const machine = announced().answers('features', true, 'a', 'b', 'c').answers('update', true, 'a', 'b', 'c');
    machine.feed({ type: 'left', site: 'b' }, { type: 'left', site: 'c' }, { type: 'aggregated' });
    machine.at = 1e9;
    expect(machine.feed({ type: 'tick' }).state.phase).toBe('admit');
    expect(nextTick(rules, machine.state, machine.at)).toBeNull();
    expect(machine.feed({ type: 'arrived', site: 'b' }).state.phase).toBe('announce');
  });

  it('vanish while the weights are made: back to waiting', () => {
    const machine = new Machine().feed(...['a', 'b', 'c'].map((site) => ({ type: 'arrived' as const, site })));
    machine.feed({ type: 'gone', site: 'a' }, { type: 'gone', site: 'b' }, { type: 'prepared' });
    expect(machine.state.phase).toBe('admit');
    expect(machine.actions).toEqual([]);
  });

  it('hold the end up only within their grace', () => {
    const machine = announced({ ...rules, rounds: { pretraining: 1, finetuning: 0 } });
    machine
      .answers('features', true, 'a', 'b', 'c')
      .answers('update', true, 'a', 'b', 'c')
      .feed({ type: 'aggregated' });
    expect(machine.state.phase).toBe('finished');
    machine.feed({ type: 'left', site: 'a' }, { type: 'gone', site: 'b' });
    expect(undelivered(rules, machine.state, 0)).toEqual(['b', 'c']);
    expect(undelivered(rules, machine.state, GRACE)).toEqual(['c']);
  });
});

describe('a restart', () => {
  it('gives the open phase its whole time again and waits for everybody', () => {
    const saved = announced().answers('features', true, 'a', 'b', 'c').answers('update', true, 'a').state;
    const { state, actions } = resume(rules, saved, 1_000_000);
    expect(actions).toEqual([]);
    expect(state).toMatchObject({ phase: 'updates', deadline: 1_100_000, updated: ['a'] });
    const machine = new Machine(rules, state);
    machine.at = 1_000_100;
    machine.feed({ type: 'arrived', site: 'b' }, { type: 'arrived', site: 'c' }).answers('update', true, 'b', 'c');
    expect(machine.actions.at(-1)).toEqual({ type: 'aggregate', counted: true });
  });

  it('repeats the step that was cut off', () => {
    const preparing = new Machine().feed(...['a', 'b', 'c'].map((site) => ({ type: 'arrived' as const, site }))).state;
    expect(resume(rules, preparing, 0).actions).toEqual([{ type: 'prepare', stage: 'pretraining' }]);
    const machine = announced().answers('features', true, 'a', 'b', 'c').answers('update', true, 'a', 'b', 'c');
    expect(resume(rules, machine.state, 0).actions).toEqual([{ type: 'aggregate', counted: true }]);
  });
});
