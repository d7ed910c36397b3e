import { expect, test } from 'vitest';
import { Selection } from './selection.svelte.ts';

const ids = ['a', 'b', 'c', 'd', 'e'];
const chosen = (selection: Selection) => [...selection.chosen].sort().join('');

test('a range goes from where it began, in either direction, and gives up what it no longer covers', () => {
  const selection = new Selection();
  selection.only('c');
  selection.extendTo(ids, 'e');
  expect(chosen(selection)).toBe('cde');
  selection.extendTo(ids, 'a');
  expect(chosen(selection)).toBe('abc');
});

test('moving keeps what is chosen, and a range begins where the keyboard is', () => {
  const selection = new Selection();
  selection.toggle('a');
  selection.move(ids, 1, false);
  selection.move(ids, 1, false);
  expect(selection.current).toBe('c');
  expect(chosen(selection)).toBe('a');
  selection.move(ids, 1, true);
  expect(chosen(selection)).toBe('cd');
});

test('moving stops at both ends, and begins at the near one', () => {
  const far = new Selection();
  far.move(ids, ids.length, false); // the End key went to the first row when the keyboard was on none
  expect(far.current).toBe('e');
  const selection = new Selection();
  selection.move(ids, -1, false);
  expect(selection.current).toBe('e');
  selection.move(ids, 5, false);
  expect(selection.current).toBe('e');
  selection.move(ids, -99, false);
  expect(selection.current).toBe('a');
  selection.move([], 1, false);
  expect(selection.current).toBe('a');
});

test('rows that went away are neither chosen nor where the keyboard is', () => {
  const selection = new Selection();
  selection.all(ids);
  selection.current = 'b';
  selection.keep(['a', 'c']);
  expect(chosen(selection)).toBe('ac');
  expect(selection.current).toBeNull();
});
