import { beforeEach, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { LabelScores } from '../../../shared/scores.ts';
import type { Bridge } from '../../../shared/shell.ts';
import { Labels } from './labels.ts';
import type { Row } from './rows.ts';

// The page's way to its site, in memory: verdicts are written down here.
const given: [string, string][] = [];
window.isocenter = {
  api: {
    snapshot: () => new Promise(() => {}),
    setVerdict: async (map: string, verdict: string) => {
      given.push([map, verdict]);
    },
  },
  onEvent: () => () => {},
  onConnection: () => () => {},
} as unknown as Bridge;
const { default: Predictions } = await import('./Predictions.svelte');
const labels = new Labels([{ label: 1, name: 'Anterior', colour: '#2fd6b0' }]);

const row = (id: string, dice: number | null, changes: Partial<Row> = {}): Row => ({
  id,
  map: id,
  volume: `volume-${id}`,
  volumeName: `scan ${id}`,
  isDicom: false,
  verdict: 'open',
  judged: null,
  correction: null,
  confidence: 0.8,
  dice,
  leftOut: null,
  scores: [],
  volumes: [],
  thumbnail: 'data:,',
  ...changes,
});

const score = (dice: number | null): LabelScores => ({
  label: 1,
  dice,
  hausdorff: dice,
  hausdorff95: dice,
  assd: dice,
  predictedVolume: 0,
  referenceVolume: 0,
});

beforeEach(() => {
  given.length = 0;
  window.location.hash = '';
});

async function review(rows: Row[]) {
  document.body.style.height = '600px';
  await render(Predictions, { rows, labels });
  return page.getByRole('region', { name: 'The chosen prediction' });
}

it('begins with the worst, decides by a letter, and goes on to the next open one', async () => {
  const chosen = await review([row('fine', 0.9), row('worst', 0.2), row('bad', 0.4)]);
  await expect.element(chosen.getByRole('heading', { name: 'scan worst' })).toBeVisible();
  (page.getByRole('grid').element() as HTMLElement).focus();
  await userEvent.keyboard('a');
  await expect.element(chosen.getByRole('heading', { name: 'scan bad' })).toBeVisible();
  await userEvent.keyboard('r');
  await expect.element(chosen.getByRole('heading', { name: 'scan fine' })).toBeVisible();
  expect(given).toEqual([
    ['worst', 'accepted'],
    ['bad', 'rejected'],
  ]);
  // Before the list tells
  await expect.element(page.getByRole('radio', { name: /^Open/ })).toHaveAccessibleName('Open 1');
});

it('takes no letter for a verdict while somebody types', async () => {
  await review([row('one', 0.5), row('arc', 0.6)]);
  await page.getByRole('searchbox').fill('');
  await userEvent.type(page.getByRole('searchbox'), 'arc');
  await expect.element(page.getByRole('heading', { name: 'scan arc' })).toBeVisible();
  expect(given).toEqual([]);
});

it('names labels as the site does, and says who gave the verdict', async () => {
  const judged = { person: 'anna', at: '2026-11-25T12:00:00.000Z' };
  const chosen = await review([row('one', null, { verdict: 'accepted', judged, volumes: [{ label: 1, mm3: 2000 }] })]);
  await expect.element(chosen.getByRole('rowheader', { name: 'Anterior' })).toBeVisible();
  await expect.element(chosen.getByText(/by anna, .*2026/)).toBeVisible();
  await chosen.getByRole('button', { name: 'Take back' }).click();
  await expect.element(chosen.getByText(/by anna/)).not.toBeInTheDocument();
});

it('opens the correction that is there already, beside the training labels', async () => {
  const chosen = await review([row('one', 0.5, { correction: 'drawing-1', scores: [score(0.5)] })]);
  await chosen.getByRole('button', { name: 'Correct' }).click();
  expect(window.location.hash).toBe('#/viewer/volume-one?map=drawing-1&compare=training-volume-one');
});

it('compares with nothing where there is no reference', async () => {
  const chosen = await review([row('one', null)]);
  await chosen.getByRole('button', { name: 'Correct' }).click();
  expect(window.location.hash).toBe('#/viewer/volume-one?map=one');
});

it('says in words that neither prediction nor reference has anything', async () => {
  const chosen = await review([row('one', null, { scores: [score(null)] })]);
  await expect.element(chosen.getByText(/^Correctly empty:/)).toBeVisible();
  await expect.element(chosen.getByRole('cell', { name: 'empty', exact: true })).toBeVisible();
  await expect.element(page.getByRole('grid').getByText('correctly empty')).toBeVisible();
  await expect.element(chosen.getByText(/no label map to compare/)).not.toBeInTheDocument();
});

it('says where a score flatters, and offers DICOM SEG only for DICOM', async () => {
  const chosen = await review([row('one', 0.5, { leftOut: 'learnt' })]);
  await expect.element(chosen.getByText(/its score flatters and is left out of every mean/)).toBeVisible();
  await expect.element(chosen.getByRole('button', { name: 'DICOM SEG' })).toBeDisabled();
});

it('comes back to the prediction that somebody left for the viewer', async () => {
  const rows = [row('one', 0.1), row('two', 0.2)];
  const { unmount } = await render(Predictions, { rows, labels });
  (page.getByRole('grid').element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowDown}');
  await unmount();
  const chosen = await review(rows);
  await expect.element(chosen.getByRole('heading', { name: 'scan two' })).toBeVisible();
});
