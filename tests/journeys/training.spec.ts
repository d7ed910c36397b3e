/** A researcher fine-tunes on labelled volumes, pauses and resumes the run, watches it, and has the model segment. */
import { join } from 'node:path';
import { train } from '../../renderer/texts/en-train.ts';
import { planSchema } from '../../shared/plan.ts';
import { labelledVolumes } from './files.ts';
import { expect, expectAccessible, goTo, test } from './journey.ts';
import { prepareSite } from './prepared-site.ts';

const plan = planSchema.parse({ inputSize: 32, levels: 3, baseWidth: 4, finetuneSteps: 200 });

test('train and watch', async ({ workstation }) => {
  test.slow();
  const files = await labelledVolumes(join(workstation.folder, 'files'), 0, 4);
  await prepareSite(workstation.site, { name: 'St. Anna', files: [files], plan });
  const { page } = await workstation.open();
  await goTo(page, 'train');
  await page
    .getByRole('navigation', { name: train.choices.label })
    .getByRole('link', { name: new RegExp(`^${train.finetune.title}`) })
    .click();
  await expectAccessible(page);
  await page.getByRole('button', { name: train.start.finetune }).click();
  await page.getByRole('button', { name: train.run.pause }).click();
  await expect(page.getByText(train.states.paused, { exact: true }).first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: train.run.resume }).click();
  await expect(page.getByText(train.states.finished, { exact: true }).first()).toBeVisible();
  await expectAccessible(page);
  await expect(page.getByRole('heading', { name: train.run.loss, exact: true })).toBeVisible();
});
