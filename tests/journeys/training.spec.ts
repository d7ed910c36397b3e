/**
 * A researcher fine-tunes on labelled volumes, pauses and resumes the run, has the model segment, judges its
 * predictions, and takes the report away.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { planSchema } from '../../shared/plan.ts';
import { en } from '../../shared/texts/en.ts';
import { labelledVolumes } from './files.ts';
import { expect, expectAccessible, goTo, test } from './journey.ts';
import { prepareSite } from './prepared-site.ts';

const plan = planSchema.parse({ finetuneSteps: 60 }); // slices and network are fitted

const LONGEST_RUN = 120_000; // ms, on a machine that is busy with much else

test('train and watch, segment, review', async ({ workstation }) => {
  test.slow();
  const files = await labelledVolumes(join(workstation.folder, 'files'), 0, 4);
  await prepareSite(workstation.site, { name: 'St. Anna', files: [files], plan });
  const { page, save } = await workstation.open();
  await goTo(page, 'train');
  await page
    .getByRole('navigation', { name: en.train.choices.label })
    .getByRole('link', { name: new RegExp(`^${en.train.finetune.title}`) })
    .click();
  await expectAccessible(page);
  await page.getByRole('button', { name: en.train.start.finetune }).click();
  await page.getByRole('button', { name: en.train.run.pause }).click();
  await expect(page.getByText(en.train.states.paused, { exact: true }).first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: en.train.run.resume }).click();
  const finished = page.getByText(en.train.states.finished, { exact: true }).first();
  await expect(finished).toBeVisible({ timeout: LONGEST_RUN });
  await expectAccessible(page);
  await expect(page.getByRole('heading', { name: en.train.run.loss, exact: true })).toBeVisible();

  await test.step('segment all volumes with what it learnt', async () => {
    await page.getByRole('button', { name: en.train.run.next.finetune }).click();
    await page.getByRole('button', { name: en.train.segment.all, exact: true }).click();
    await expectAccessible(page);
    await page.getByRole('button', { name: en.train.start.segment(4) }).click();
    await page.getByRole('button', { name: en.train.run.next.segment }).click();
  });

  const rows = page.getByRole('grid', { name: en.review.title }).locator('tbody').getByRole('row');
  await test.step('see the predictions, worst first', async () => {
    await expect(rows).toHaveCount(4);
    const shown = await rows.locator('td:nth-child(2)').allTextContents(); // the mean, then the Dice of each label
    const dice = shown.map((text) => Number.parseFloat(text));
    expect(dice.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(dice).toEqual(dice.toSorted((a, b) => a - b));
    await expectAccessible(page);
  });

  await test.step('accept one, reject the next', async () => {
    const details = page.getByRole('region', { name: en.review.details.label });
    await expect(rows.first()).toHaveAttribute('aria-selected', 'true');
    await details.getByRole('button', { name: en.review.details.accept }).click();
    await expect(rows.first()).toContainText(en.review.verdicts.accepted);
    await expect(rows.nth(1)).toHaveAttribute('aria-selected', 'true');
    await details.getByRole('button', { name: en.review.details.reject }).click();
    await expect(rows.nth(1)).toContainText(en.review.verdicts.rejected);
    await expect(rows.filter({ hasText: en.review.verdicts.open })).toHaveCount(2);
  });

  await test.step('take the report away as a PDF', async () => {
    const button = page.getByRole('button', { name: en.review.exports['report-pdf'] });
    const report = readFileSync(await save(() => button.click())).toString('latin1');
    expect(report.slice(0, 5)).toBe('%PDF-');
    expect(report.match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(0);
    await expectAccessible(page);
  });
});
