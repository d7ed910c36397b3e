/** A radiologist opens a series, goes through it by wheel and keys, finds a place in all views, and reads values. */
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { en } from '../../shared/texts/en.ts';
import { dicomSeries, labelledVolumes } from './files.ts';
import { expect, expectAccessible, goTo, test } from './journey.ts';
import { prepareSite } from './prepared-site.ts';

const { viewer } = en;
type Plane = keyof typeof viewer.planes;

test('read a volume', async ({ workstation }) => {
  const at = (name: string) => join(workstation.folder, name);
  const files = [dicomSeries(at('series')), await labelledVolumes(at('files'), 0, 1)];
  await prepareSite(workstation.site, { name: 'St. Anna', files });
  const { page } = await workstation.open();
  const volumes = page.getByRole('grid', { name: en.volumes.title }).locator('tbody').getByRole('row');
  await expect(volumes).toHaveCount(2);
  await expectAccessible(page);
  await volumes.filter({ hasText: en.volumes.kinds.dicom }).dblclick();
  const [axial, coronal, sagittal] = (['axial', 'coronal', 'sagittal'] as const).map((plane) => viewOf(page, plane));

  const { slice, slices } = await test.step('the middle slice is there', async () => {
    await expect(axial).toBeVisible();
    await expect.poll(() => greysOf(axial)).toBeGreaterThan(10);
    await expect(page.getByRole('progressbar', { name: viewer.opening })).toBeHidden(); // every voxel has come
    await expectAccessible(page);
    return placeOf(axial);
  });

  await test.step('wheel and keys show other slices', async () => {
    let before = await pictureOf(axial);
    const showsAnother = async (expected: number) => {
      await expect(axial).toHaveAccessibleName(nameOf('axial', expected, slices));
      await expect.poll(() => pictureOf(axial)).not.toBe(before);
      before = await pictureOf(axial);
    };
    await axial.hover();
    await page.mouse.wheel(0, 120);
    await showsAnother(slice - 1);
    await axial.focus();
    await page.keyboard.press('ArrowUp');
    await showsAnother(slice);
    await page.keyboard.press('Home');
    await showsAnother(1);
    await page.keyboard.press('End');
    await showsAnother(slices);
  });

  await test.step('a click in one view goes to the place in the others', async () => {
    const before = { coronal: await placeOf(coronal), sagittal: await placeOf(sagittal) };
    const pictures = [await pictureOf(coronal), await pictureOf(sagittal)];
    const box = await axial.boundingBox();
    await axial.click({ position: { x: (box?.width ?? 0) * 0.4, y: (box?.height ?? 0) * 0.4 } });
    await expect.poll(() => placeOf(coronal)).not.toEqual(before.coronal);
    await expect.poll(() => placeOf(sagittal)).not.toEqual(before.sagittal);
    await expect.poll(() => pictureOf(coronal)).not.toBe(pictures[0]);
    await expect.poll(() => pictureOf(sagittal)).not.toBe(pictures[1]);
  });

  await test.step('partitions have their names', async () => {
    const view = page.getByRole('region', { name: viewer.planes.coronal });
    await coronal.focus();
    await page.keyboard.press('Home');
    await expect(view.getByText(viewer.partition(1, 4))).toBeVisible();
    await page.keyboard.press('End');
    await expect(view.getByText(viewer.partition(4, 4))).toBeVisible();
  });

  await test.step('a window preset changes what is black and white', async () => {
    const window = page.getByRole('region', { name: viewer.window.title });
    const white = window.getByLabel(viewer.window.high);
    const [before, picture] = [await white.inputValue(), await pictureOf(sagittal)];
    await window.getByLabel(viewer.window.preset, { exact: true }).selectOption(viewer.window.presets.full);
    await expect(white).not.toHaveValue(before);
    await expect.poll(() => pictureOf(sagittal)).not.toBe(picture);
  });

  await test.step('the place and value under the pointer are read', async () => {
    const position = page.getByRole('region', { name: viewer.place.title });
    const [voxel, mm, value] = [0, 1, 2].map((row) => position.getByRole('definition').nth(row));
    await position.hover();
    await expect(position).toContainText(viewer.place.crosshair);
    await sagittal.hover();
    await expect(position).toContainText(viewer.place.pointer);
    await expect(voxel).toHaveText(/^\d+, \d+, \d+$/);
    await expect(mm).toHaveText(/^[RL] [\d.]+\s*[AP] [\d.]+\s*[SI] [\d.]+$/);
    await expect(value).toHaveText(/^-?[\d.,]+$/);
    const before = await voxel.textContent();
    await coronal.hover();
    await expect(voxel).not.toHaveText(before ?? '');
  });

  await test.step('labels lie over the slice, or not', async () => {
    await goTo(page, 'volumes');
    await volumes.filter({ hasText: en.labelState.labelled }).dblclick();
    const shown = page.getByRole('button', { name: viewer.labels.shown });
    await expect(shown).toHaveAttribute('aria-pressed', 'true');
    await expect.poll(() => coloursOf(axial)).toBeGreaterThan(10);
    await shown.click();
    await expect.poll(() => coloursOf(axial)).toBe(0);
    await shown.click();
    await expect.poll(() => coloursOf(axial)).toBeGreaterThan(10);
    await expectAccessible(page);
  });
});

function viewOf(page: Page, plane: Plane): Locator {
  return page.getByRole('application', { name: new RegExp(`^${viewer.planes[plane]},`) });
}

/** What the view is called at a slice, wherever that lies. */
function nameOf(plane: Plane, slice: number, slices: number): RegExp {
  return new RegExp(`^${viewer.sliceWords(viewer.planes[plane], slice, slices, '')}`);
}

async function placeOf(view: Locator): Promise<{ slice: number; slices: number }> {
  const [slice, slices] = ((await view.getAttribute('aria-label')) ?? '').match(/\d+/g) ?? [];
  return { slice: Number(slice), slices: Number(slices) };
}

function pictureOf(view: Locator): Promise<string> {
  return view.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
}

/** How many grey values the slice shows. */
async function greysOf(view: Locator): Promise<number> {
  return new Set((await pixelsOf(view)).map(([red]) => red)).size;
}

/** How many pixels are not grey. */
async function coloursOf(view: Locator): Promise<number> {
  return (await pixelsOf(view)).filter((pixel) => Math.max(...pixel) - Math.min(...pixel) > 12).length;
}

/** Red, green and blue of every fifth pixel in both directions. */
function pixelsOf(view: Locator): Promise<number[][]> {
  return view.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    const pixels: number[][] = [];
    for (let y = 0; y < height; y += 5) {
      for (let x = 0; x < width; x += 5) pixels.push([...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)]);
    }
    return pixels;
  });
}
