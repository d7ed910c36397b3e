import { beforeEach, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { LEAST_READING_TIME, type Question } from '../../../shared/api/consent.ts';
import type { Bridge } from '../../../shared/shell.ts';
import { texts } from '../../texts/index.ts';
import '../../ui/tokens.css';

const words = texts.consent.prompt;
const question: Question = {
  id: 'question-1',
  askedAt: Date.now(),
  answerBy: Date.now() + 600_000,
  proposed: { vectors: 4, bytes: 600, rounds: 10, recipients: ['aaaa'] },
  payload: {
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
  },
};

// The page's way to its site, in memory: answers are written down here.
const given: unknown[] = [];
window.isocenter = {
  api: {
    snapshot: async () => ({ questions: [question], person: 'anna', permissions: [] }),
    answerQuestion: async (id: string, answer: unknown) => {
      given.push([id, answer]);
    },
  },
  onEvent: () => () => {},
  onConnection: () => () => {},
} as unknown as Bridge;
const { default: Prompt } = await import('./Prompt.svelte');
const { consent } = await import('../../state/consent.svelte.ts');

const button = (name: string) => page.getByRole('button', { name, exact: true });
const armed = () => expect.element(button(words.once), { timeout: LEAST_READING_TIME + 4000 }).toBeEnabled();

beforeEach(() => {
  given.length = 0;
  consent.show(question.id);
});

it('begins on Refuse, and nothing can be allowed in the first second', async () => {
  const begun = performance.now();
  await render(Prompt, { question });
  await expect.element(button(words.refuse)).toHaveFocus();
  expect((button(words.wait).element() as HTMLButtonElement).disabled).toBe(true);
  expect((button(words.run).element() as HTMLButtonElement).disabled).toBe(true);
  await armed();
  expect(performance.now() - begun).toBeGreaterThanOrEqual(LEAST_READING_TIME);
  await expect.element(button(words.run)).toBeEnabled();
  await button(words.once).click();
  expect(given).toEqual([['question-1', { answer: 'allow-once', reason: '', bounds: null }]]);
});

it('allows nothing by Enter, and refuses by it', async () => {
  await render(Prompt, { question });
  await armed();
  for (const name of [words.once, words.run]) {
    (button(name).element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
  }
  expect(given).toEqual([]);
  await expect.element(page.getByText(texts.consent.bounds.title)).not.toBeInTheDocument();
  (button(words.refuse).element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  expect(given).toEqual([['question-1', { answer: 'refuse', reason: '', bounds: null }]]);
});

it('is put off by Escape, which answers nothing', async () => {
  await render(Prompt, { question });
  await expect.poll(() => consent.shown?.id).toBe(question.id);
  await userEvent.keyboard('{Escape}');
  expect(consent.shown).toBeUndefined();
  expect(consent.waiting).toHaveLength(1);
  expect(given).toEqual([]);
});

it('allows for a run within bounds that are stated, by the button alone', async () => {
  await render(Prompt, { question });
  await armed();
  await button(words.run).click();
  const last = page.getByLabelText(texts.consent.bounds.rounds);
  await last.fill('5');
  await userEvent.keyboard('{Enter}');
  const allow = button(texts.consent.bounds.allow);
  (allow.element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  expect(given).toEqual([]);
  await allow.click();
  const bounds = { rounds: 5, bytes: 600, vectors: 4, recipients: ['aaaa'] };
  expect(given).toEqual([['question-1', { answer: 'allow-run', reason: '', bounds }]]);
});
