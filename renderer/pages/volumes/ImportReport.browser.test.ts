import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import ImportReport from './ImportReport.svelte';
import '../../ui/tokens.css';

const problem = {
  name: 'a/empty.nii',
  code: 'imaging.empty',
  message: 'empty.nii is empty (0 bytes).',
  next: 'Export it again.',
};
const summary = {
  imported: 12,
  labelled: 8,
  known: 1,
  relabelled: 0,
  problems: [
    { ...problem, name: 'a/bare.nii', message: 'bare.nii has no label map.', notice: true },
    { ...problem, notice: false },
  ],
};

test('the report counts, names every file that was left out with what to do, and closes by key', async () => {
  let closed = 0;
  await render(ImportReport, { props: { summary, onclose: () => closed++ } });
  const dialog = page.getByRole('dialog', { name: 'Import report' });
  await expect.element(dialog.getByText(/1 file left out/)).toBeVisible();
  const items = dialog.getByRole('listitem').elements();
  expect(items.map((item) => item.textContent?.replace(/\s+/g, ' ').trim())).toEqual([
    'a/empty.nii empty.nii is empty (0 bytes). Export it again.',
    'a/bare.nii bare.nii has no label map. Export it again.',
  ]);
  const counts = dialog.element().querySelector('dl')?.innerText.replace(/\s+/g, ' ');
  expect(counts).toContain('12');
  expect(counts).toContain('8');
  await userEvent.keyboard('{Escape}');
  expect(closed).toBe(1);
});
