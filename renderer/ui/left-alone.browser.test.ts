import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { leftAlone } from './left-alone.ts';

beforeEach(async () => {
  document.body.innerHTML = '<p>elsewhere</p><div role="group"><button>Inside</button></div>';
  await userEvent.hover(page.getByText('elsewhere'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  document.body.innerHTML = '';
});

function attach() {
  const then = vi.fn();
  const detach = leftAlone(8000, then)(page.getByRole('group').element() as HTMLElement) as () => void;
  return { then, detach };
}

it('waits its time, and no longer once it is taken away', () => {
  const { then, detach } = attach();
  vi.advanceTimersByTime(7999);
  expect(then).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(then).toHaveBeenCalledOnce();
  detach();
  const other = attach();
  other.detach();
  vi.advanceTimersByTime(20_000);
  expect(other.then).not.toHaveBeenCalled();
});

it('waits while the focus is inside, and begins anew after', async () => {
  const { then, detach } = attach();
  const button = page.getByRole('button').element() as HTMLElement;
  vi.advanceTimersByTime(7000);
  button.focus();
  vi.advanceTimersByTime(20_000);
  expect(then).not.toHaveBeenCalled();
  button.blur();
  await Promise.resolve();
  vi.advanceTimersByTime(7999);
  expect(then).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(then).toHaveBeenCalledOnce();
  detach();
});

it('waits under the pointer', async () => {
  vi.useRealTimers();
  await userEvent.hover(page.getByRole('button'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { then, detach } = attach();
  vi.advanceTimersByTime(20_000);
  expect(then).not.toHaveBeenCalled();
  detach();
});
