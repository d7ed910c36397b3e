import { expect, test } from 'vitest';
import type { LedgerLine } from '../../../shared/api/ledger.ts';
import type { PayloadKind } from '../../../shared/consent.ts';
import { boundsWords, entriesOf, federationsOf, fittingEntries, type LedgerFilter, noFilter } from './entries.ts';

const payload = (federation: string, kind: PayloadKind) =>
  ({
    kind,
    federation,
    sha256: 'c0ffee',
    asker: { name: 'St. Anna', fingerprint: 'aaaa bbbb' },
    recipients: [{ name: 'Nord', fingerprint: 'cccc dddd', isNew: false }],
  }) as unknown as LedgerLine['payload'];

const line = (number: number, rest: Partial<LedgerLine>): LedgerLine => ({
  number,
  at: '2026-11-25T09:00:00Z',
  type: 'decision',
  words: '',
  by: 'anna',
  answer: null,
  outcome: null,
  payload: null,
  bounds: null,
  reason: '',
  hash: `hash${number}`,
  ...rest,
});

const entries = entriesOf([
  line(1, { answer: 'allow-once', payload: payload('brain', 'features'), words: 'anna allowed it' }),
  line(2, { type: 'outcome', outcome: 'sent' }),
  line(3, { answer: 'refuse', payload: payload('liver', 'weights'), reason: 'Not agreed yet' }),
  line(4, { answer: 'refuse', by: 'nobody', payload: payload('brain', 'weights') }),
  line(5, { answer: 'allow-run', by: 'policy rules.json', payload: payload('brain', 'features') }),
  line(6, { type: 'permission-granted' }),
]);
const found = (filter: Partial<LedgerFilter>) =>
  fittingEntries(entries, { ...noFilter, ...filter }).map(({ number }) => number);

test('outcomes stand in the lines of their decisions, and alone only where every entry is wanted', () => {
  expect(found({})).toEqual([1, 3, 4, 5, 6]);
  expect(found({ everyEntry: true })).toEqual([1, 2, 3, 4, 5, 6]);
});

test('entries are found by answer, by what they are about and by federation', () => {
  expect(found({ answer: 'allowed' })).toEqual([1, 5]);
  expect(found({ answer: 'refused' })).toEqual([3, 4]);
  expect(found({ answer: 'nobody' })).toEqual([4]);
  expect(found({ answer: 'rule' })).toEqual([5]);
  expect(found({ about: 'weights' })).toEqual([3, 4]);
  expect(found({ about: 'permissions' })).toEqual([6]);
  expect(found({ federation: 'brain', about: 'weights' })).toEqual([4]);
  expect(federationsOf(entries)).toEqual(['brain', 'liver']);
});

test('words are sought in sentence, reason, people, sites and hashes, all of them in one entry', () => {
  expect(found({ words: 'not AGREED' })).toEqual([3]);
  expect(found({ words: 'hash4' })).toEqual([4]);
  expect(found({ words: 'cccc anna liver' })).toEqual([3]);
  expect(found({ words: 'c0ffee nobody' })).toEqual([4]);
  expect(found({ words: 'nothing like it' })).toEqual([]);
});

test('bounds are read out in words, absent ones not at all', () => {
  expect(boundsWords({ vectors: 192, rounds: 10 })).toBe('at most 192 vectors at a time, up to round 10');
  expect(boundsWords({ recipients: ['a'], bytes: 1500 })).toBe('at most 1.5 kB at a time, only for one recipient');
});
