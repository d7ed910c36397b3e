/** A researcher fine-tunes on labelled volumes, pauses and resumes the run, watches it, and has the model segment. */
import { join } from 'node:path';
import { planSchema } from '../../shared/plan.ts';
import { en } from '../../shared/texts/en.ts';
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
    .getByRole('navigation', { name: en.train.choices.label })
    .getByRole('link', { name: new RegExp(`^${en.train.finetune.title}`) })
    .click();
  await expectAccessible(page);
  await page.getByRole('button', { name: en.train.start.finetune }).click();
  await page.getByRole('button', { name: en.train.run.pause }).click();
  await expect(page.getByText(en.train.states.paused, { exact: true }).first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: en.train.run.resume }).click();
  await expect(page.getByText(en.train.states.finished, { exact: true }).first()).toBeVisible();
  await expectAccessible(page);
  await expect(page.getByRole('heading', { name: en.train.run.loss, exact: true })).toBeVisible();
});
