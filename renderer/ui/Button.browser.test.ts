import { createRawSnippet } from 'svelte';
import { expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import Button from './Button.svelte';

const children = createRawSnippet(() => ({ render: () => '<span>Import</span>' }));

it('is pressed by mouse and by keyboard', async () => {
  const onclick = vi.fn();
  await render(Button, { children, onclick });
  await page.getByRole('button', { name: 'Import' }).click();
  await userEvent.keyboard('{Enter}');
  await userEvent.keyboard(' ');
  expect(onclick).toHaveBeenCalledTimes(3);
});

it('does nothing while it is busy, and says that it is', async () => {
  const onclick = vi.fn();
  await render(Button, { children, onclick, busy: true });
  const button = page.getByRole('button', { name: 'Import' });
  await expect.element(button).toBeDisabled();
  await expect.element(button).toHaveAttribute('aria-busy', 'true');
  (button.element() as HTMLButtonElement).click();
  expect(onclick).not.toHaveBeenCalled();
});

it('never sends a form unasked', async () => {
  await render(Button, { children });
  await expect.element(page.getByRole('button')).toHaveAttribute('type', 'button');
});
