/** Asks a person at a terminal. */

import { userInfo } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { isCancel, note, select, text } from '@clack/prompts';
import type { Answer, Bounds, Decider, Decision, PayloadDescription } from '../../../shared/consent.ts';
import { answerInWords, nobodyDecided } from './decisions.ts';
import { amount, payloadInWords, scatterPlot, stageInWords } from './payload-words.ts';
import { type PersonalDecider, personal } from './person.ts';

export interface Terminal {
  input: Readable & { isTTY?: boolean };
  output: Writable & { isTTY?: boolean };
}

/**
 * The rule of a site that was told to refuse everything, also what a standing permission of an earlier start covers.
 */
export function refusal(): Decision {
  return { answer: 'refuse', by: userInfo().username, reason: 'this site was told to refuse everything' };
}

/** Refuses everything that it is asked. */
export const refuseAll: Decider = async () => refusal();

/**
 * A decider that shows each payload in words and as a picture and lets a person choose, refusing where they choose
 * nothing: Enter alone refuses, Ctrl-C refuses, the end of the time refuses, and so does a terminal that is none.
 */
export function terminalDecider(terminal: Terminal): PersonalDecider {
  return personal(async (payload, signal, answerBy) => {
    if (!terminal.input.isTTY || !terminal.output.isTTY) return nobodyDecided('nobody at a terminal');
    const show = { ...terminal, signal, answerBy };
    const ticking = setInterval(() => terminal.output.emit('resize'), 1000); // makes the prompt draw the time left anew
    try {
      note([...payloadInWords(payload), '', ...scatterPlot(payload.projection)].join('\n'), heading(payload), show);
      const answer = await askAnswer(payload, show);
      const bounds = answer === 'allow-run' ? await askBounds(payload, show) : undefined;
      if (signal.aborted) return nobodyDecided('no answer in time');
      return decision(answer === 'allow-run' && bounds === undefined ? 'refuse' : answer, bounds);
    } finally {
      clearInterval(ticking);
    }
  });
}

type Shown = Terminal & { signal: AbortSignal; answerBy: number };

async function askAnswer(payload: PayloadDescription, show: Shown): Promise<Answer> {
  const news = payload.recipients.filter(({ isNew }) => isNew).length;
  const warning = news === 0 ? '' : ` NEW among the recipients: ${news}; compare fingerprints first.`;
  const answer = await select<Answer>({
    ...show,
    get message() {
      return `May this leave?${warning} ${timeLeft(show.answerBy)}`;
    },
    initialValue: 'refuse', // so that a bare Enter refuses
    options: [
      { value: 'refuse', label: 'No', hint: 'local training goes on' },
      { value: 'allow-once', label: 'Yes, this once' },
      { value: 'allow-run', label: 'Yes, and for the rest of this run', hint: 'within bounds, shown next' },
      { value: 'refuse-and-leave', label: 'No, and leave the federation' },
    ],
  });
  return isCancel(answer) ? 'refuse' : answer;
}

/**
 * Bounds of a standing permission, none wider than the payload at hand; undefined where the person thinks better of it.
 */
async function askBounds(payload: PayloadDescription, show: Shown): Promise<Bounds | undefined> {
  const { kind, vectors, bytes, recipients, round } = payload;
  const bounds: Bounds = { bytes, recipients: recipients.map(({ fingerprint }) => fingerprint) };
  if (kind === 'features') bounds.vectors = vectors;
  const contents =
    kind === 'features' ? `${amount(vectors, 'vector')} and ${amount(bytes, 'byte')}` : amount(bytes, 'byte');
  const extent = await select({
    ...show,
    get message() {
      return [
        `What may leave without a question from now on: ${kind} in ${stageInWords(payload)}, at most ${contents} a round,`,
        `to the ${amount(recipients.length, 'recipient')} above and nobody else. You can withdraw it at any time.`,
        timeLeft(show.answerBy),
      ].join('\n');
    },
    initialValue: 'no',
    options: [
      { value: 'no', label: 'No, nothing leaves' },
      { value: 'run', label: 'Yes, until the last round' },
      { value: 'round', label: 'Yes, until a round that I name' },
    ],
  });
  if (extent === 'run') return bounds;
  if (extent !== 'round') return undefined;
  const last = await text({
    ...show,
    message: `The last round that may leave without a question (now ${round}):`,
    validate: (value) => (isRound(value, round) ? undefined : `a whole number, ${round} or more`),
  });
  return isCancel(last) ? undefined : { ...bounds, rounds: Number(last) };
}

function isRound(value: string | undefined, least: number): boolean {
  return /^\d{1,6}$/.test(value?.trim() ?? '') && Number(value) >= Math.max(1, least);
}

function heading({ kind }: PayloadDescription): string {
  return kind === 'features' ? 'Feature vectors want to leave this site' : 'Network weights want to leave this site';
}

function timeLeft(answerBy: number): string {
  const left = Math.max(0, Math.ceil((answerBy - Date.now()) / 1000));
  return `(${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')} left, then it is a no)`;
}

function decision(answer: Answer, bounds: Bounds | undefined): Decision {
  return { answer, by: userInfo().username, reason: answerInWords(answer, 'terminal'), bounds };
}
