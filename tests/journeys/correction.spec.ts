/** A radiologist corrects a label map, the machine stops in the middle, and nothing of what was drawn is lost. */
import { join } from 'node:path';
import { en } from '../../shared/texts/en.ts';
import { startDrawing } from './drawing.ts';
import { labelledVolumes } from './files.ts';
import { expect, expectAccessible, goTo, test } from './journey.ts';
import { prepareSite } from './prepared-site.ts';

test('correct a segmentation, quit abruptly, find it again', async ({ workstation }) => {
  const files = await labelledVolumes(join(workstation.folder, 'files'), 0, 1);
  await prepareSite(workstation.site, { name: 'St. Anna', files: [files] });
  const first = await workstation.open();
  const { page } = first;
  await page.getByRole('grid', { name: en.volumes.title }).locator('tbody').getByRole('row').first().dblclick();
  const view = page.getByLabel(new RegExp(`^${en.viewer.planes.axial}.*`)).first();
  await expect(view).toBeVisible();
  await expectAccessible(page);

  await startDrawing(page, view);
  const undo = page.getByRole('button', { name: en.viewer.undo });
  await view.click({ position: { x: 120, y: 120 } });
  await expect(undo).toBeEnabled();
  await expectAccessible(page);
  await first.kill();

  const second = await workstation.open();
  await goTo(second.page, 'volumes');
  const row = second.page.getByRole('grid', { name: en.volumes.title }).locator('tbody').getByRole('row').first();
  await row.dblclick();
  await expect(second.page.getByRole('button', { name: en.viewer.undo })).toBeEnabled();
  await second.page.getByRole('button', { name: en.viewer.undo }).click();
  await expect(second.page.getByRole('button', { name: en.viewer.redo })).toBeEnabled();
});
