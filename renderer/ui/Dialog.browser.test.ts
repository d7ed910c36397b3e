import { createRawSnippet, tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import Dialog from './Dialog.svelte';

const html = (text: string) => createRawSnippet(() => ({ render: () => text }));
let opener: HTMLButtonElement;

beforeEach(() => {
  opener = document.createElement('button');
  opener.textContent = 'Open';
  document.body.append(opener);
  opener.focus();
});
afterEach(() => opener.remove());

function open(onclose = vi.fn()) {
  return render(Dialog, {
    title: 'Remove 3 volumes?',
    onclose,
    children: html('<p>They are deleted. <button>More</button></p>'),
    actions: html('<button>Remove</button>'),
  });
}

it('is named by its title', async () => {
  await open();
  await expect.element(page.getByRole('dialog', { name: 'Remove 3 volumes?' })).toBeVisible();
});

it('keeps the focus inside, and what is behind it out of reach', async () => {
  await open();
  const dialog = page.getByRole('dialog').element();
  for (let step = 0; step < 6; step++) {
    await userEvent.tab();
    expect(document.activeElement === document.body || dialog.contains(document.activeElement)).toBe(true);
  }
  opener.focus();
  expect(document.activeElement).not.toBe(opener);
});

it('gives the focus back', async () => {
  const { unmount } = await open();
  expect(document.activeElement).not.toBe(opener);
  await unmount();
  await tick();
  expect(document.activeElement).toBe(opener);
});

it('asks to be closed on Escape, and stays until it is', async () => {
  const onclose = vi.fn();
  await open(onclose);
  await userEvent.keyboard('{Escape}');
  expect(onclose).toHaveBeenCalledOnce();
  await userEvent.keyboard('{Escape}');
  expect(onclose).toHaveBeenCalledTimes(2);
  await expect.element(page.getByRole('dialog')).toBeVisible();
});
