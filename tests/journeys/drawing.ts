/** Drawing in the viewer, as far as several journeys do it. */
import type { Locator, Page } from '@playwright/test';
import { en } from '../../shared/texts/en.ts';
import { expect } from './journey.ts';

const { viewer } = en;

/** Chooses the brush, starts a drawing in the view, and waits until it takes strokes. */
export async function startDrawing(page: Page, view: Locator): Promise<void> {
  await page.getByRole('toolbar', { name: viewer.tools.label }).getByLabel(viewer.tools.brush).click();
  await view.click();
  const question = page.getByRole('dialog', { name: viewer.draw.askTitle });
  await question.getByRole('button', { name: viewer.draw.start }).click();
  await expect(page.getByRole('button', { name: viewer.maps.remove })).toBeVisible(); // the drawing is what is shown
  await expect(page.getByRole('progressbar', { name: viewer.opening })).toBeHidden();
  await expect(page.getByText(/^Loading the label map/)).toBeHidden();
  await expect(page.getByRole('button', { name: viewer.undo })).toBeDisabled();
}
