import { beforeEach, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { CohortSummary } from '../../../shared/api/cohorts.ts';
import type { Bridge } from '../../../shared/shell.ts';

// The page's way to its site, in memory: what it asks is written down here.
const asked: unknown[][] = [];
const note =
  (verb: string) =>
  async (...args: unknown[]) => {
    asked.push([verb, ...args]);
  };
window.isocenter = {
  api: {
    snapshot: () => new Promise(() => {}),
    makeCohort: note('makeCohort'),
    putIntoCohort: note('putIntoCohort'),
  },
  onEvent: () => () => {},
  onConnection: () => () => {},
} as unknown as Bridge;
const { default: PutIntoCohort } = await import('./PutIntoCohort.svelte');

beforeEach(() => {
  asked.length = 0;
});

async function dialog(cohorts: CohortSummary[]) {
  let closed = false;
  await render(PutIntoCohort, {
    volumes: ['a', 'b'],
    cohorts,
    onclose: () => {
      closed = true;
    },
  });
  return { box: page.getByRole('dialog'), isClosed: () => closed };
}

it('makes the first cohort, with a name and what it is for', async () => {
  const { box, isClosed } = await dialog([]);
  await expect.element(box.getByRole('button', { name: 'Make cohort' })).toBeDisabled();
  await box.getByRole('textbox').fill(' final test ');
  await box.getByRole('radio', { name: /^Held out/ }).click();
  await box.getByRole('button', { name: 'Make cohort' }).click();
  await expect.poll(isClosed).toBe(true);
  expect(asked).toEqual([['makeCohort', 'final test', 'held-out', ['a', 'b']]]);
});

it('puts volumes into a cohort that is there', async () => {
  const { box, isClosed } = await dialog([
    { name: 'few', role: 'training', volumes: ['c'] },
    { name: 'check', role: 'validation', volumes: [] },
  ]);
  await box.getByRole('combobox', { name: 'Cohort' }).selectOptions('check');
  await expect.element(box.getByText('Nothing learns from it', { exact: false })).toBeVisible();
  await box.getByRole('button', { name: 'Put into cohort' }).click();
  await expect.poll(isClosed).toBe(true);
  expect(asked).toEqual([['putIntoCohort', 'check', ['a', 'b']]]);
});
