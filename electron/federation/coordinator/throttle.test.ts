import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Throttle } from './throttle.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('acts soon, then at most once in its time, and once for all that came meanwhile', () => {
  const act = vi.fn();
  const throttle = new Throttle(1000, act);
  for (let at = 0; at < 2500; at += 10) {
    throttle.soon();
    vi.advanceTimersByTime(10);
  }
  expect(act).toHaveBeenCalledTimes(3); // at 0, 1000 and 2000
  vi.advanceTimersByTime(5000);
  expect(act).toHaveBeenCalledTimes(4); // what came last is not lost
});

it('drops what was due when it was done for another reason, and stops', () => {
  const act = vi.fn();
  const throttle = new Throttle(1000, act);
  throttle.soon();
  throttle.done();
  vi.advanceTimersByTime(5000);
  throttle.soon();
  throttle.stop();
  vi.advanceTimersByTime(5000);
  expect(act).not.toHaveBeenCalled();
});
