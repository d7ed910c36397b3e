import { expect, test } from 'vitest';
import type { Snapshot } from '../../shared/api.ts';
import { activityWords, federationWords, leavingOf } from './status.ts';

const still = { questions: [], permissions: [], membership: null, hosted: null } as unknown as Snapshot;
const membership = {
  federation: 'brain',
  connection: 'connected',
  current: { stage: 'pretraining', round: 3, rounds: 10, phase: 'features', deadline: null, missing: [] },
  insecure: null,
  result: null,
} as unknown as NonNullable<Snapshot['membership']>;
const hosted = { federation: 'liver', state: 'listening', secure: false, current: null } as unknown as NonNullable<
  Snapshot['hosted']
>;

test('“nothing leaves” is only said where there is nobody that anything could go to', () => {
  expect(leavingOf(still).kind).toBe('nothing');
  expect(leavingOf({ ...still, membership }).kind).toBe('asks');
  expect(leavingOf({ ...still, hosted }).kind).toBe('asks');
  expect(leavingOf({ ...still, membership: { ...membership, result: 'left' } }).kind).toBe('nothing');
  expect(leavingOf({ ...still, hosted: { ...hosted, state: 'finished' } }).kind).toBe('nothing');
});

test('a standing permission is named even after its federation, and a question before both', () => {
  const permissions = [{ id: 'p' }] as Snapshot['permissions'];
  const questions = [{ id: 'q' }, { id: 'r' }] as Snapshot['questions'];
  expect(leavingOf({ ...still, permissions })).toEqual({ kind: 'may', count: 1 });
  expect(leavingOf({ ...still, permissions, questions, membership })).toEqual({ kind: 'waits', count: 2 });
});

test('the federation says its round while it is connected, else what became of the connection', () => {
  expect(federationWords({ membership, hosted: null })?.words).toBe('brain: round 3 of 10, exchanging features');
  const away = { ...membership, connection: 'away' as const };
  expect(federationWords({ membership: away, hosted: null })?.words).toBe('brain: connection broken, trying again');
  expect(federationWords({ membership: null, hosted })).toEqual({ words: 'Hosting “liver”', unencrypted: true });
  expect(federationWords({ membership: { ...membership, result: 'finished' }, hosted: null })).toBeNull();
});

test('a run says what it does, or that it waits for a person', () => {
  const activity = { kind: 'federated', state: 'running', words: 'round 2 of 10', waiting: false } as NonNullable<
    Snapshot['activity']
  >;
  expect(activityWords(activity)).toBe('Federated training: round 2 of 10');
  expect(activityWords({ ...activity, waiting: true })).toBe('Federated training: waiting for your decision');
  expect(activityWords({ ...activity, state: 'pausing' })).toBe('Federated training: pausing');
});
