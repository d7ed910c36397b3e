import { expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { SiteFit } from '../../shared/api/training.ts';
import { defaultPlan } from '../plan/settings.ts';
import PlanFields from './PlanFields.svelte';

const number = (name: RegExp) => page.getByRole('spinbutton', { name });

it('says at the field what is wrong while it is typed', async () => {
  await render(PlanFields, { plan: defaultPlan });
  const size = number(/^Window size/);
  await size.fill('50');
  await expect.element(size).toHaveAccessibleDescription(/A multiple of 16\./);
  await expect.element(size).toHaveAttribute('aria-invalid', 'true');
  await size.fill('');
  await expect.element(size).toHaveAccessibleDescription(/A number is needed here\./);
  await size.fill('64');
  await expect.element(size).toHaveAttribute('aria-invalid', 'false');
  await expect.element(page.getByText('1 setting differs from the usual plan')).toBeVisible();
});

it('counts what is wrong where it is folded away', async () => {
  await render(PlanFields, { plan: { ...defaultPlan, levels: 9, seed: -1 } });
  await expect.element(page.getByText('2 to correct')).toBeVisible();
});

it('resets one setting, and all', async () => {
  await render(PlanFields, { plan: { ...defaultPlan, partitions: 8, spacing: 2 } });
  await page.getByRole('button', { name: 'Reset Partitions to 4' }).click();
  await expect.element(number(/^Partitions/)).toHaveValue(4);
  await expect.element(number(/^Pixel spacing/)).toHaveValue(2);
  await page.getByRole('button', { name: 'Reset all' }).click();
  await expect.element(number(/^Pixel spacing/)).toHaveValue(1);
  await expect.element(page.getByText('Everything as usual')).toBeVisible();
});

it('says of each fitted setting why, and goes back to what was fitted', async () => {
  const fitted = { ...defaultPlan, axis: 'axial', inputSize: 176, spacing: 1.5, baseWidth: 32 } as const;
  const reasons = { inputSize: 'it shows the whole slice' } as SiteFit['reasons'];
  const fit = { plan: fitted, reasons, volumes: 7, example: { id: 'abc', name: 'patient 1' } };
  await render(PlanFields, { plan: fitted, fit });
  await expect.element(page.getByText('Everything as fitted to 7 volumes')).toBeVisible();
  await expect.element(page.getByRole('radio', { name: /^This computer/ })).toBeChecked();
  const size = number(/^Window size/);
  await expect.element(size).toHaveAccessibleDescription(/Fitted: 176, because it shows the whole slice\./);
  const picture = page.getByRole('img', { name: /patient 1/ });
  await expect.element(picture).toHaveAttribute('src', 'site/volumes/abc/window-axial-264.0.png');
  await size.fill('64');
  await expect.element(picture).toHaveAttribute('src', 'site/volumes/abc/window-axial-96.0.png');
  await expect.element(page.getByText('1 setting differs from the fitted plan')).toBeVisible();
  await size.fill('65');
  await expect.element(picture).not.toBeInTheDocument();
  await page.getByRole('button', { name: 'Reset Window size to 176' }).click();
  await expect.element(size).toHaveValue(176);
});

it('leaves label numbers alone while they are typed', async () => {
  await render(PlanFields, { plan: defaultPlan });
  const labels = page.getByRole('textbox', { name: /^Labels to segment/ });
  await labels.fill('');
  await userEvent.type(labels, '3, 17,');
  await expect.element(labels).toHaveValue('3, 17,');
  await expect.element(labels).toHaveAttribute('aria-invalid', 'false');
});

it('shows only the groups asked for, and keeps fixed settings through presets', async () => {
  const fixed = ['baseWidth'] as const;
  await render(PlanFields, { plan: defaultPlan, groups: ['network', 'finetuning'], fixed, fixedWords: 'Given.' });
  await expect.element(number(/^Window size/)).not.toBeInTheDocument();
  await expect.element(number(/^Network width/)).toBeDisabled();
  await page.getByRole('radio', { name: /^Quick try/ }).click();
  await expect.element(number(/^Fine-tuning steps/)).toHaveValue(60);
  await expect.element(number(/^Network width/)).toHaveValue(16);
});
