/** How many threads compute. */
import { availableParallelism } from 'node:os';
import { fault } from '../../../shared/errors.ts';

const MOST_THREADS = 16; // more do not pay: a batch has some tens of slices

/**
 * One for each core, or as many as `ISOCENTER_THREADS` says. Throws `engine.thread-limit` where that is no number of
 * threads.
 */
export function threadCount(): number {
  const limit = process.env.ISOCENTER_THREADS;
  if (!limit) return Math.min(availableParallelism(), MOST_THREADS);
  const threads = Number(limit);
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw fault('engine.thread-limit', { value: limit, most: MOST_THREADS });
  }
  return threads;
}
