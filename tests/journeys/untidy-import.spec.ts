/** A radiologist imports a folder as it lies on the disk, sees what was left out and why, and finds the rest. */
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { en } from '../../shared/texts/en.ts';
import { hasElectron } from '../electron-standin/packaged-app.ts';
import { untidyFolder } from './files.ts';
import { expect, expectAccessible, makeSite, test } from './journey.ts';

test('import an untidy folder', async ({ workstation }) => {
  const untidy = await untidyFolder(join(workstation.folder, 'from the archive'));
  const { page, choose } = await workstation.open();
  await makeSite(page);
  await choose(untidy.path, () => page.getByRole('button', { name: en.volumes.importFolder }).first().click());
  const tasks = page.getByRole('region', { name: en.tasks.label });
  await tasks.getByRole('button', { name: en.tasks.report }).click();

  const report = page.getByRole('dialog', { name: en.report.title });
  await expect(report).toContainText(en.report.problems(untidy.leftOut.length));
  for (const name of untidy.leftOut) await expect(report.getByRole('listitem').filter({ hasText: name })).toBeVisible();
  await expect(report.getByRole('definition').first()).toHaveText(String(untidy.volumes));
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(report).toBeHidden();
  await tasks.getByRole('button', { name: en.words.dismiss }).click();

  const rows = page.getByRole('grid', { name: en.volumes.title }).locator('tbody').getByRole('row');
  await expect(rows).toHaveCount(untidy.volumes);
  await expect(rows.filter({ hasText: en.labelState.labelled })).toHaveCount(untidy.labelled);

  await test.step('the same folder again brings nothing twice', async () => {
    await choose(untidy.path, () => page.getByRole('button', { name: en.volumes.importFolder }).click());
    await tasks.getByRole('button', { name: en.tasks.report }).click();
    await expect(report.getByRole('definition').nth(2)).toHaveText(String(untidy.volumes));
    await page.keyboard.press('Escape');
    await expect(rows).toHaveCount(untidy.volumes);
  });

  await test.step('removing asks first', async () => {
    await rows.first().click();
    await page.getByRole('button', { name: en.volumes.remove }).click();
    const question = page.getByRole('dialog', { name: en.volumes.removeTitle(1) });
    await expectAccessible(page);
    await question.getByRole('button', { name: en.words.cancel }).click();
    await expect(rows).toHaveCount(untidy.volumes);
    await page.getByRole('button', { name: en.volumes.remove }).click();
    await question.getByRole('button', { name: en.volumes.removeYes(1) }).click();
    await expect(rows).toHaveCount(untidy.volumes - 1);
  });
});

test('import by dropping a folder into the window', async ({ workstation, runtime }) => {
  test.skip(runtime === 'packaged app' && !hasElectron, 'the stand-in does not learn the paths of dropped files');
  const untidy = await untidyFolder(join(workstation.folder, 'files'));
  const { page } = await workstation.open();
  await makeSite(page);
  await expect(page.getByText(en.volumes.emptyTitle)).toBeVisible();
  await drop(page, join(untidy.path, 'images'), join(untidy.path, 'labels'));
  const rows = page.getByRole('grid', { name: en.volumes.title }).locator('tbody').getByRole('row');
  await expect(rows).toHaveCount(untidy.volumes);
  await expect(rows.filter({ hasText: en.labelState.labelled })).toHaveCount(untidy.labelled);
});

/** As from a file manager: Playwright itself has no word for it. */
async function drop(page: Page, ...files: string[]): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await browser.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data });
}
