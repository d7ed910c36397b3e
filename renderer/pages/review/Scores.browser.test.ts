import { expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { Labels } from './labels.ts';
import type { Row } from './rows.ts';
import Scores from './Scores.svelte';

const labels = new Labels([{ label: 1, name: 'Anterior', colour: '#2fd6b0' }]);
const row = (id: number, dice: number | null, leftOut: Row['leftOut'] = null): Row => ({
  ...{ id: `${id}`, map: `${id}`, volume: `${id}`, volumeName: `scan ${id}`, thumbnail: 'data:,', isDicom: false },
  ...{ verdict: 'open', judged: null, correction: null, confidence: 0.8, dice, leftOut, volumes: [] },
  scores: [{ label: 1, dice, hausdorff: dice, hausdorff95: dice, assd: dice, predictedVolume: 0, referenceVolume: 0 }],
});
const cellsOf = async (rows: Row[]) => {
  await render(Scores, { rows, labels });
  const line = page.getByRole('row', { name: /^Anterior/ });
  await expect.element(line).toBeVisible();
  return line
    .getByRole('cell')
    .elements()
    .map((cell) => cell.textContent);
};

it('has no mean of few volumes, and leaves out what the model learnt from', async () => {
  const rows = [row(1, 0.5), row(2, 0.7), row(3, null), row(4, 1, 'learnt')];
  expect((await cellsOf(rows)).slice(0, 6)).toEqual(['2', '1', '–', '0.600', '–', '0.500 – 0.700']);
  await expect.element(page.getByText(/^Dice of 2 volumes, 0\.500, 0\.700:/)).toBeVisible();
  await expect.element(page.getByText(/1 volume is left out: learnt from,/)).toBeVisible();
});

it('has mean, median and spread of many', async () => {
  const cells = await cellsOf([0.5, 0.6, 0.7, 0.8, 0.9].map((dice, id) => row(id, dice)));
  expect(cells.slice(0, 6)).toEqual(['5', '0', '0.700 ± 0.158', '0.700', '0.600 – 0.800', '0.500 – 0.900']);
});
