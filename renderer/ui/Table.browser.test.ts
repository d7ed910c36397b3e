import { createRawSnippet } from 'svelte';
import { expect, onTestFinished, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { Selection } from '../state/selection.svelte.ts';
import Table from './Table.svelte';
import { byNumber, byText } from './table.ts';
import './tokens.css';

interface Case {
  id: string;
  name: string;
  voxels: number;
}

const columns = [
  { key: 'name', title: 'Name', compare: byText<Case>(({ name }) => name) },
  { key: 'voxels', title: 'Voxels', compare: byNumber<Case>(({ voxels }) => voxels) },
];
const cells = createRawSnippet<[Case]>((row) => ({ render: () => `<td>${row().name}</td>` }));
const cases = (count: number): Case[] =>
  Array.from({ length: count }, (_, index) => ({ id: `c${index}`, name: `case ${index}`, voxels: -index }));

async function show(count: number, props: { onopen?: (row: Case) => void } = {}) {
  const selection = new Selection();
  const container = document.createElement('div');
  container.style.height = '400px'; // as a page gives it, else every row would be in sight
  document.body.append(container);
  onTestFinished(() => container.remove());
  await render(Table<Case>, {
    target: container,
    props: { label: 'Cases', rows: cases(count), columns, cells, selection, multiple: true, ...props },
  });
  const grid = page.getByRole('grid');
  const names = () => [...container.querySelectorAll('tr.row td:nth-child(2)')].map((cell) => cell.textContent);
  return { selection, grid, names, container };
}

test('keys move, choose, extend and open', async () => {
  const opened: string[] = [];
  const { selection, grid } = await show(20, { onopen: ({ id }) => opened.push(id) });
  (grid.element() as HTMLElement).focus();
  await userEvent.keyboard('{Home}{ArrowDown} ');
  expect([...selection.chosen]).toEqual(['c1']);
  await userEvent.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
  expect([...selection.chosen]).toEqual(['c1', 'c2', 'c3']);
  await userEvent.keyboard('{Enter}');
  expect(opened).toEqual(['c3']);
  await userEvent.keyboard('{Control>}a{/Control}');
  expect(selection.chosen.size).toBe(20);
  await userEvent.keyboard('{Escape}');
  expect(selection.chosen.size).toBe(0);
});

test('a click chooses one, with Ctrl another, with Shift all between, and the box adds without keys', async () => {
  const { selection, container } = await show(20);
  const row = (index: number) => container.querySelectorAll<HTMLTableRowElement>('tr.row')[index];
  await userEvent.click(row(1).cells[1]);
  await userEvent.click(row(3).cells[1], { modifiers: ['Control'] });
  expect([...selection.chosen]).toEqual(['c1', 'c3']);
  await userEvent.click(row(5).cells[1], { modifiers: ['Shift'] });
  expect([...selection.chosen]).toEqual(['c3', 'c4', 'c5']);
  await userEvent.click(row(0).cells[0]);
  expect([...selection.chosen].sort()).toEqual(['c0', 'c3', 'c4', 'c5']);
  await userEvent.click(row(2).cells[1]);
  expect([...selection.chosen]).toEqual(['c2']);
});

test('a head sorts, again turns it round, and says so', async () => {
  const { names } = await show(12);
  expect(names().slice(0, 3)).toEqual(['case 0', 'case 1', 'case 2']);
  await page.getByRole('button', { name: 'Voxels' }).click();
  expect(names().slice(0, 3)).toEqual(['case 11', 'case 10', 'case 9']);
  await page.getByRole('button', { name: 'Voxels' }).click();
  expect(names().slice(0, 3)).toEqual(['case 0', 'case 1', 'case 2']);
  await expect.element(page.getByRole('columnheader', { name: 'Voxels' })).toHaveAttribute('aria-sort', 'descending');
});

test('of ten thousand rows only those in sight are in the page, and the last is one key away', async () => {
  const { grid, names, container } = await show(10_000);
  await expect.poll(() => names().length).toBeLessThan(60);
  (grid.element() as HTMLElement).focus();
  await userEvent.keyboard('{End}');
  await expect.poll(() => names().at(-1)).toBe('case 9999');
  const current = container.querySelector(`[id="${grid.element().getAttribute('aria-activedescendant')}"]`);
  expect(current?.getAttribute('aria-rowindex')).toBe('10001');
});
