/** A research nurse opens Isocenter for the first time, names the site, and tries it with sample data. */
import { en } from '../../shared/texts/en.ts';
import { expect, expectAccessible, goTo, makeSite, test } from './journey.ts';

test('first start and sample data', async ({ workstation }) => {
  const { page } = await workstation.open();
  await expect(page.getByRole('heading', { name: en.welcome.heading })).toBeVisible();
  await expectAccessible(page);
  await expect(page.getByRole('button', { name: en.welcome.start })).toBeDisabled(); // it has no name yet
  await makeSite(page);
  await expect(page.getByText(en.volumes.emptyTitle)).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('button', { name: en.volumes.sample }).click();
  const rows = page.getByRole('grid', { name: en.volumes.title }).getByRole('row');
  const report = page.getByRole('region', { name: en.tasks.label }).getByRole('button', { name: en.tasks.report });
  await report.click();
  await expect(page.getByRole('dialog', { name: en.report.title })).toContainText(en.report.problems(0));
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: en.words.close }).click();
  await expect(rows).not.toHaveCount(0);
  await expect(page.getByRole('radio', { name: en.labelState.labelled })).toBeVisible();
  await expectAccessible(page);

  for (const name of ['train', 'federation', 'consent', 'review', 'ledger', 'settings'] as const) {
    await test.step(`the page ${name}`, async () => {
      await goTo(page, name);
      await expectAccessible(page);
    });
  }
});

test('the site is there again after a restart', async ({ workstation }) => {
  const first = await workstation.open();
  await makeSite(first.page, 'Hôpital Sainte-Anne');
  await first.close();
  const { page } = await workstation.open();
  await expect(page.getByRole('navigation')).toContainText('Hôpital Sainte-Anne');
});
