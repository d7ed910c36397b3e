/** A radiologist outlines something in a DICOM series and takes it away as a DICOM segmentation for other programs. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { readSegmentationNode } from '@itk-wasm/dicom';
import { toSourceGrid } from '../../electron/imaging/orientation.ts';
import { openSite } from '../../electron/storage/site-folder.ts';
import { en } from '../../shared/texts/en.ts';
import { startDrawing } from './drawing.ts';
import { dicomSeries } from './files.ts';
import { expect, expectAccessible, test } from './journey.ts';
import { prepareSite } from './prepared-site.ts';

const { viewer } = en;

test('export DICOM SEG and read it back to the same voxels', async ({ workstation }) => {
  await prepareSite(workstation.site, { name: 'St. Anna', files: [dicomSeries(join(workstation.folder, 'series'))] });
  const { page, save, close } = await workstation.open();
  await page.getByRole('grid', { name: en.volumes.title }).locator('tbody').getByRole('row').first().dblclick();

  const view = page.getByRole('application', { name: new RegExp(`^${viewer.planes.axial},`) });
  const undo = page.getByRole('button', { name: viewer.undo });
  await test.step('draw two labels by brush', async () => {
    await startDrawing(page, view);
    const box = (await view.boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x - 60, y - 30);
    await page.mouse.down();
    await page.mouse.move(x + 40, y - 10, { steps: 4 });
    await page.mouse.up();
    await expect(undo).toBeEnabled();
    await page.keyboard.press('2');
    await page.keyboard.press('ArrowUp');
    await view.click({ position: { x: box.width / 2, y: box.height / 2 + 40 } });
    await expect(page.getByRole('textbox', { name: viewer.labels.name(2) })).toBeVisible();
    await expectAccessible(page);
  });

  const file = await test.step('save it as DICOM SEG', async () => {
    const files = page.getByRole('group', { name: en.saveLabelMap.title });
    const name = en.saveLabelMap.formats['dicom-seg'];
    const saved = join(workstation.folder, 'saved.dcm');
    cpSync(await save(() => files.getByRole('button', { name }).click()), saved);
    await expect(page.getByText(en.review.saved(''))).toBeVisible();
    await expectAccessible(page);
    await close();
    return saved;
  });

  const { found, expected } = await voxelsOf(file, workstation.site);
  expect(new Set(expected)).toEqual(new Set([0, 1, 2]));
  expect(Buffer.compare(found, expected)).toBe(0);
});

/** The segments of the file, and the only drawing of the site on the grid of its source. */
async function voxelsOf(file: string, site: string): Promise<{ found: Uint8Array; expected: Uint8Array }> {
  const { volumes, labelMaps, close } = openSite(site);
  const [drawing] = labelMaps.list(volumes.list()[0].id);
  const expected = toSourceGrid(labelMaps.read(drawing.id)).voxels;
  close();
  const { log } = console;
  console.log = () => {}; // dcmqi prints
  try {
    const { segImage } = await readSegmentationNode(file);
    return { found: Uint8Array.from(segImage.data as ArrayLike<number>), expected };
  } finally {
    console.log = log;
  }
}
