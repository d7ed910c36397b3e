import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LEAST_READING_TIME, type Question } from '../../../shared/api/consent.ts';
import type { PayloadDescription } from '../../../shared/consent.ts';
import { isPersonal } from '../../site/consent/person.ts';
import { ConsentDesk, proposedBounds, type WindowAnswer } from './consent-desk.ts';

const payload: PayloadDescription = {
  kind: 'features',
  federation: 'Hippocampus',
  stage: 'pretraining',
  round: 2,
  rounds: 10,
  asker: { name: 'Mitte', fingerprint: 'cccc' },
  recipients: [{ name: 'Nord', fingerprint: 'aaaa', isNew: true }],
  bytes: 600,
  sha256: '00',
  vectors: 4,
  vectorLength: 32,
  parameters: 0,
  volumes: 3,
  treatment: '',
  projection: [],
};
const yes: WindowAnswer = { answer: 'allow-once', reason: '', bounds: null };
const no: WindowAnswer = { answer: 'refuse', reason: 'not today', bounds: null };
const forRun = (bounds: WindowAnswer['bounds']): WindowAnswer => ({ answer: 'allow-run', reason: '', bounds });
const code = (name: string) => expect.objectContaining({ code: `consent.${name}` });

let questions: Question[] = [];
let desk: ConsentDesk;
beforeEach(() => {
  vi.useFakeTimers();
  questions = [];
  desk = new ConsentDesk({ person: 'anna', show: (open) => (questions = open) });
});
afterEach(() => vi.useRealTimers());

const withdrawing = new AbortController();
function ask(signal = withdrawing.signal) {
  return desk.decider(payload, signal, Date.now() + 60_000);
}
const read = () => vi.advanceTimersByTime(LEAST_READING_TIME);

describe('the consent desk', () => {
  it('counts as a person, and shows what is asked with its time and proposed bounds', () => {
    void ask();
    expect(isPersonal(desk.decider)).toBe(true);
    expect(questions).toEqual([
      {
        id: expect.any(String),
        payload,
        askedAt: Date.now(),
        answerBy: Date.now() + 60_000,
        proposed: proposedBounds(payload),
      },
    ]);
    expect(questions[0].proposed).toEqual({ vectors: 4, bytes: 600, rounds: 10, recipients: ['aaaa'] });
  });

  it('takes an allowance in the first second for a slip, and keeps the question open', async () => {
    const decision = ask();
    expect(() => desk.answer(questions[0].id, yes)).toThrow(code('too-quick'));
    expect(() => desk.answer(questions[0].id, forRun(questions[0].proposed))).toThrow(code('too-quick'));
    vi.advanceTimersByTime(LEAST_READING_TIME - 1);
    expect(() => desk.answer(questions[0].id, yes)).toThrow(code('too-quick'));
    expect(questions).toHaveLength(1);
    vi.advanceTimersByTime(1);
    desk.answer(questions[0].id, yes);
    expect(await decision).toEqual({ answer: 'allow-once', by: 'anna', reason: 'allowed at the window, this once' });
    expect(questions).toEqual([]);
  });

  it('takes a refusal at once', async () => {
    const decision = ask();
    desk.answer(questions[0].id, no);
    expect(await decision).toEqual({ answer: 'refuse', by: 'anna', reason: 'not today' });
  });

  it('says so where the question is gone: answered, or its time over', () => {
    const over = new AbortController();
    void ask(over.signal);
    const [{ id }] = questions;
    over.abort();
    expect(questions).toEqual([]);
    expect(() => desk.answer(id, yes)).toThrow(code('question-gone'));
    expect(() => desk.answer('question-0', no)).toThrow(code('question-gone'));
  });

  it('grants a run only what the question proposes or less', async () => {
    const decision = ask();
    read();
    const [{ id, proposed }] = questions;
    for (const bounds of [
      null,
      {},
      { ...proposed, rounds: undefined },
      { ...proposed, bytes: undefined },
      { ...proposed, recipients: undefined },
      { ...proposed, recipients: ['aaaa', 'bbbb'] },
      { ...proposed, recipients: [] },
      { ...proposed, rounds: 1 },
      { ...proposed, bytes: 599 },
    ]) {
      expect(() => desk.answer(id, forRun(bounds)), JSON.stringify(bounds)).toThrow(code('bounds-unsound'));
    }
    desk.answer(id, forRun({ ...proposed, rounds: 5 }));
    expect(await decision).toMatchObject({ answer: 'allow-run', bounds: { rounds: 5, bytes: 600 } });
  });

  it('refuses everything when the program ends, and afterwards', async () => {
    const decision = ask();
    desk.close();
    const nobody = { answer: 'refuse', by: 'nobody', reason: 'Isocenter was closed before anybody answered' };
    expect(await decision).toEqual(nobody);
    expect(await ask()).toEqual(nobody);
    expect(questions).toEqual([]);
  });
});
