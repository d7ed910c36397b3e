import { availableParallelism } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import { threadCount } from './threads.ts';

afterEach(() => {
  delete process.env.ISOCENTER_THREADS;
});

it('is one for each core, or what is named', () => {
  expect(threadCount()).toBe(Math.min(16, availableParallelism()));
  process.env.ISOCENTER_THREADS = '3';
  expect(threadCount()).toBe(3);
});

it.each(['0', '17', '1.5', 'all'])('is not %s', (value) => {
  process.env.ISOCENTER_THREADS = value;
  expect(() => threadCount()).toThrow('ISOCENTER_THREADS is no number of threads');
});
