/**
 * What every journey begins with: a workstation on a fresh site in a folder of its own, on the runtime of its project.
 * A journey fails where a page throws, breaks its own security policy, or asks another machine for anything.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { en } from '../../shared/texts/en.ts';
import { openApp } from './app-runtime.ts';
import { openInBrowser } from './host-runtime.ts';
import type { Runtime } from './runtime.ts';

export interface RuntimeOption {
  runtime: 'browser host' | 'packaged app';
}

export interface Workstation {
  folder: string; // temporary, for files of this journey
  site: string; // folder of the site, in it
  /** Opens the site; it may be opened again after its end. */
  open(): Promise<Runtime>;
}

export const test = base.extend<{ folder: string; workstation: Workstation }, RuntimeOption>({
  runtime: ['browser host', { option: true, scope: 'worker' }],
  // A fixture of its own: it is removed also where what stands on it cannot be ended.
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are asked for
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'isocenter-journey-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  workstation: async ({ folder, runtime, browser }, use, testInfo) => {
    const site = join(folder, 'site');
    const context =
      runtime === 'browser host' ? await browser.newContext({ viewport: { width: 1280, height: 720 } }) : null;
    const opened: Runtime[] = [];
    const problems: string[] = [];
    await use({
      folder,
      site,
      async open() {
        const one = context ? await openInBrowser(site, context) : await openApp(site);
        opened.push(one);
        watch(one.page, problems);
        return one;
      },
    });
    const last = opened.at(-1);
    if (last && !last.page.isClosed()) {
      if (testInfo.status !== testInfo.expectedStatus)
        await testInfo.attach('window', { body: await last.page.screenshot(), contentType: 'image/png' });
      await last.close();
    }
    await context?.close();
    expect(problems, 'what went wrong in the page').toEqual([]);
  },
});

function watch(page: Page, problems: string[]): void {
  page.on('pageerror', (error) => problems.push(`${error}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Uncaught/.test(message.text()))
      problems.push(message.text());
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isOwn = ['blob:', 'data:', 'app:'].includes(protocol) || /^(127\.0\.0\.1|.*localhost)$/.test(hostname);
    if (!isOwn) problems.push(`asked ${request.url()}`);
  });
}

/** No serious and no critical violation of the accessibility rules that axe knows. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze(); // one frame, in Electron too
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(bad.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

/** Opens a page by the rail. */
export async function goTo(page: Page, name: keyof typeof en.rail): Promise<void> {
  await page.getByRole('navigation', { name: en.rail.label }).getByRole('link', { name: en.rail[name] }).click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

/** The first start: gives the hospital its name. */
export async function makeSite(page: Page, name = 'St. Anna'): Promise<void> {
  await page.getByLabel(en.welcome.name).fill(name);
  await page.getByRole('button', { name: en.welcome.start }).click();
  await expect(page.getByRole('heading', { level: 1, name: en.volumes.title })).toBeVisible();
}

export { expect };
