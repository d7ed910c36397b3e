import { userInfo } from 'node:os';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { PayloadDescription } from '../../../shared/consent.ts';
import { startDeadline } from './deadline.ts';
import { scatterPlot } from './payload-words.ts';
import { isPersonal } from './person.ts';
import { refuseAll, terminalDecider } from './terminal.ts';

const me = userInfo().username;
const never = new AbortController().signal;
const later = Date.now() + 600_000;
const DOWN = '\u001b[B';
const ENTER = '\r';

const features: PayloadDescription = {
  kind: 'features',
  federation: 'Hippocampus',
  stage: 'pretraining',
  round: 3,
  rounds: 10,
  asker: { name: 'Mitte', fingerprint: 'cccc-1111' },
  recipients: [
    { name: 'Nord', fingerprint: 'aaaa-2222', isNew: true },
    { name: 'Sued\u001b[31m', fingerprint: 'bbbb-3333', isNew: false },
  ],
  bytes: 66_056,
  sha256: 'ab'.repeat(32),
  vectors: 128,
  vectorLength: 128,
  parameters: 0,
  volumes: 10,
  treatment: 'each number rounded to 4 decimals',
  projection: [
    { x: -1, y: 1, partition: 0 },
    { x: 1, y: -1, partition: 3 },
  ],
};
const weights: PayloadDescription = {
  ...features,
  kind: 'weights',
  stage: 'finetuning',
  vectors: 0,
  vectorLength: 0,
  parameters: 1_234_567,
  recipients: [{ name: 'Mitte', fingerprint: 'cccc-1111', isNew: false }],
  projection: [],
};

/** A terminal of two streams in memory; `press` waits until `prompt` is on the screen, then types. */
function terminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 120, rows: 60 });
  let screen = '';
  output.on('data', (chunk: Buffer) => {
    screen += stripVTControlCharacters(chunk.toString());
  });
  const shows = async (prompt: string) => {
    while (!screen.includes(prompt)) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const press = async (prompt: string, ...keys: string[]) => {
    await shows(prompt);
    for (const key of keys) {
      input.write(key);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  return { input, output, press, shows, screen: () => screen };
}

describe('terminalDecider', () => {
  it('shows all that a person must know, and the vectors as a picture', async () => {
    const { input, output, press, screen } = terminal();
    const decision = terminalDecider({ input, output })(features, never, later);
    await press('May this leave?', ENTER);
    await decision;
    for (const fact of [
      'Mitte, coordinator of "Hippocampus"',
      'cccc-1111',
      'pre-training, round 3 of 10',
      'Nord, NEW',
      'aaaa-2222',
      'bbbb-3333',
      '128 feature vectors of 128 numbers',
      '66,056 bytes',
      '10 volumes',
      'each number rounded to 4 decimals',
      'NEW among the recipients: 1',
      scatterPlot(features.projection)[1],
    ]) {
      expect(screen()).toContain(fact);
    }
  });

  it('shows weights in their own words', async () => {
    const { input, output, press, screen } = terminal();
    const decision = terminalDecider({ input, output })(weights, never, later);
    await press('May this leave?', ENTER);
    await decision;
    expect(screen()).toContain('network weights, 1,234,567 numbers');
    expect(screen()).toContain('fine-tuning, round 3 of 10');
    expect(screen()).not.toContain('partition');
    expect(screen()).not.toContain('NEW');
  });

  it.each([
    ['a bare Enter', [ENTER], 'refuse'],
    ['Ctrl-C', ['\u0003'], 'refuse'],
    ['Escape', ['\u001b'], 'refuse'],
    ['the second answer', [DOWN, ENTER], 'allow-once'],
    ['the last answer', [DOWN, DOWN, DOWN, ENTER], 'refuse-and-leave'],
  ])('takes %s for %s', async (_, keys, answer) => {
    const { input, output, press } = terminal();
    const decision = terminalDecider({ input, output })(features, never, later);
    await press('May this leave?', ...keys);
    expect(await decision).toMatchObject({ answer, by: me });
  });

  it('grants the rest of the run within the payload, to its recipients alone', async () => {
    const { input, output, press } = terminal();
    const decision = terminalDecider({ input, output })(features, never, later);
    await press('May this leave?', DOWN, DOWN, ENTER);
    await press('until the last round', DOWN, ENTER);
    expect(await decision).toMatchObject({
      answer: 'allow-run',
      bounds: { vectors: 128, bytes: 66_056, recipients: ['aaaa-2222', 'bbbb-3333'] },
    });
  });

  it('grants up to a named round, and takes no other answer for one', async () => {
    const { input, output, press } = terminal();
    const decision = terminalDecider({ input, output })(weights, never, later);
    await press('May this leave?', DOWN, DOWN, ENTER);
    await press('until the last round', DOWN, DOWN, ENTER);
    await press('The last round', ENTER);
    await press('a whole number, 3 or more', '2', ENTER, '0', ENTER);
    expect(await decision).toMatchObject({
      answer: 'allow-run',
      bounds: { bytes: 66_056, recipients: ['cccc-1111'], rounds: 20 },
    });
  });

  it('refuses where the person thinks better of the bounds', async () => {
    const { input, output, press } = terminal();
    const decision = terminalDecider({ input, output })(features, never, later);
    await press('May this leave?', DOWN, DOWN, ENTER);
    await press('until the last round', ENTER);
    const { answer, bounds } = await decision;
    expect([answer, bounds]).toEqual(['refuse', undefined]);
  });

  it('shows the time left and refuses when it is over', async () => {
    const { input, output, shows } = terminal();
    const { signal, answerBy } = startDeadline(1.5, never);
    const decision = terminalDecider({ input, output })(features, signal, answerBy);
    await shows('0:02 left');
    await shows('0:01 left');
    expect(await decision).toEqual({ answer: 'refuse', by: 'nobody', reason: 'no answer in time' });
    expect(output.listenerCount('resize')).toBe(0);
  });

  it('refuses where nobody sits at a terminal', async () => {
    const { input, output } = terminal();
    const refused = { answer: 'refuse', by: 'nobody', reason: 'nobody at a terminal' };
    expect(await terminalDecider({ input: new PassThrough(), output })(features, never, later)).toEqual(refused);
    expect(await terminalDecider({ input, output: new PassThrough() })(features, never, later)).toEqual(refused);
  });

  it('counts as a person', () => {
    expect(isPersonal(terminalDecider(terminal()))).toBe(true);
  });
});

describe('refuseAll', () => {
  it('refuses', async () => {
    expect(await refuseAll(features, never, later)).toMatchObject({ answer: 'refuse' });
  });
});

describe('scatterPlot', () => {
  it('puts corners in corners and shows the most frequent partition of a cell', () => {
    const corner = { x: 1, y: 1 };
    const plot = scatterPlot([
      { x: -1, y: -1, partition: 11 },
      { ...corner, partition: 2 },
      { ...corner, partition: 1 },
      { ...corner, partition: 1 },
    ]);
    const rows = plot.slice(1, -2).map((row) => row.slice(1, -1));
    expect(rows[0].trim()).toBe('1');
    expect(rows[0].at(-1)).toBe('1');
    expect(rows.at(-1)?.[0]).toBe('b');
    expect(rows.join('').replaceAll(' ', '')).toBe('1b');
  });

  it('is nothing for weights', () => {
    expect(scatterPlot([])).toEqual([]);
  });
});
