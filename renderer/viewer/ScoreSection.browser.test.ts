import { expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import ScoreSection from './ScoreSection.svelte';
import type { Session } from './session.svelte.ts';

it('says in words that both label maps lack a label', async () => {
  const nothing = { hausdorff: null, hausdorff95: null, assd: null, predictedVolume: 0, referenceVolume: 0 };
  const session = {
    map: null,
    compared: null,
    scores: [{ label: 1, dice: null, ...nothing }],
    measure: async () => {},
    summaryOf: () => ({ name: 'a map' }),
    labels: { colourOf: () => '#3ff2ad', nameOf: () => 'Anterior' },
  } as unknown as Session;
  await render(ScoreSection, { session });
  await expect.element(page.getByText('Anterior')).toBeVisible();
  await expect.element(page.getByText('correctly empty')).toBeVisible();
});
