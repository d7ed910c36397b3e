import { expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { EngineFound } from '../../../shared/engine.ts';
import EngineOption from './EngineOption.svelte';

const option = { chosen: false, inUse: false, why: '', onchoose: () => {} };
const card: EngineFound = {
  engine: 'webgpu',
  look: { usable: true, kind: 'graphics', device: 'AMD Radeon 780M', memory: 8e9 },
  speed: { gflops: 1234.5, slicesPerSecond: 321.9 },
};

it('says what an engine found and how fast it is', async () => {
  await render(EngineOption, { ...option, choice: 'webgpu', found: card, inUse: true });
  const radio = page.getByRole('radio', { name: /Graphics card/ });
  await expect.element(radio).not.toBeChecked();
  await expect.element(radio).toHaveAccessibleDescription(/AMD Radeon 780M · 8.0 GB memory/);
  await expect.element(radio).toHaveAccessibleDescription(/322 slices a second in training · 1,230 GFLOPS/);
  await expect.element(page.getByText('In use')).toBeVisible();
});

it('says what an engine lacks and what to do, and can be chosen all the same', async () => {
  const onchoose = vi.fn();
  const look = { usable: false as const, reason: 'There is no card.', next: 'Install its driver.' };
  await render(EngineOption, { ...option, choice: 'webgpu', found: { ...card, look, speed: null }, onchoose });
  const radio = page.getByRole('radio');
  await expect.element(radio).toHaveAccessibleDescription(/There is no card. Install its driver./);
  await expect.element(page.getByText('Not usable here')).toBeVisible();
  await radio.click();
  expect(onchoose).toHaveBeenCalledOnce();
});

it('says of a card that the processor plays that it is slow', async () => {
  const look = { ...card.look, kind: 'software' as const } as EngineFound['look'];
  await render(EngineOption, { ...option, choice: 'webgpu', found: { ...card, look, speed: null } });
  await expect.element(page.getByText(/played by the processor/)).toBeVisible();
});
