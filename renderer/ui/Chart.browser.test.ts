import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import Chart from './Chart.svelte';

const curve = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ step: index + 1, value: 5 / (index + 1) }));
const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
const inked = () => {
  const canvas = document.querySelector('canvas') as HTMLCanvasElement;
  const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
    0,
    0,
    canvas.width,
    canvas.height,
  );
  return data.filter((value, index) => index % 4 === 3 && value > 0).length;
};

beforeEach(() => document.documentElement.style.setProperty('--data-1', '#6cb4ff'));
afterEach(() => document.documentElement.style.removeProperty('--data-1'));

it('says its last and its best value to those who do not see it', async () => {
  await render(Chart, { title: 'Loss', series: [{ name: 'Run', points: curve(5) }], best: 'low' });
  const spoken = 'Loss. Run: last 1.00 at step 5, lowest 1.00 at step 5.';
  await expect.element(page.getByRole('img', { name: spoken })).toBeInTheDocument();
});

it('draws points as they come, without making the drawing anew', async () => {
  const { rerender } = await render(Chart, { title: 'Loss', series: [{ name: 'Run', points: [] }], best: 'low' });
  await expect.element(page.getByText('Nothing to draw yet')).toBeVisible();
  const before = document.querySelector('canvas');
  await frame();
  const bare = inked();
  await rerender({ series: [{ name: 'Run', points: curve(200) }] });
  await frame();
  expect(document.querySelector('canvas')).toBe(before);
  expect(inked()).toBeGreaterThan(bare + 200);
});

it('draws a curve over its steps on a logarithmic axis too, and leaves out what has no logarithm', async () => {
  const points = [...curve(50), { step: 51, value: 0 }];
  await render(Chart, { title: 'Loss', series: [{ name: 'Run', points }], best: 'low', log: true });
  await frame();
  expect(inked()).toBeGreaterThan(200);
});

it('gives the same numbers as a table of few rows, the first and the last among them', async () => {
  await render(Chart, { title: 'Loss', series: [{ name: 'Run', points: curve(1000) }], best: 'low' });
  await page.getByText('As a table').click();
  await tick();
  const rows = [...document.querySelectorAll('tbody tr')].map((row) => row.textContent?.trim());
  expect(rows).toHaveLength(20);
  expect(rows[0]).toMatch(/^1\s*5\.00$/);
  expect(rows.at(-1)).toMatch(/^1,000\s*0\.00500$/);
});

it('fits its width when that changes, and takes its canvas away at the end', async () => {
  document.body.style.width = '600px';
  const { unmount } = await render(Chart, { title: 'Loss', series: [{ name: 'Run', points: curve(10) }], best: 'low' });
  const width = () => document.querySelector('.uplot')?.clientWidth ?? 0;
  expect(width()).toBeGreaterThan(400);
  document.body.style.width = '300px';
  await expect.poll(width).toBeLessThan(300);
  document.body.style.width = '';
  await unmount();
  expect(document.querySelector('canvas')).toBeNull();
});
