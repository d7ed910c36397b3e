/** The journeys: each a person's task from start to end, through the browser host and through the app. */
import { defineConfig } from '@playwright/test';
import { findBrowser, launchOptions } from './tests/browser.ts';
import { hasElectron } from './tests/electron-standin/packaged-app.ts';
import type { RuntimeOption } from './tests/journeys/journey.ts';

const browser = await findBrowser();
const app = hasElectron ? 'Electron' : 'the stand-in for Electron, on Node and the same browser';

export default defineConfig<object, RuntimeOption>({
  testDir: 'tests/journeys',
  timeout: 120_000,
  expect: { timeout: 20_000 },
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  metadata: { browser: browser.name, app },
  reporter: [
    ['list'],
    ['html', { open: 'never', title: `Isocenter's journeys (${browser.name}; ${app})` }],
    ['./tests/journeys/runtime-report.ts'],
  ],
  use: { launchOptions: launchOptions(browser), trace: 'retain-on-failure' },
  projects: [
    { name: 'browser host', use: { runtime: 'browser host' } },
    { name: 'package', testMatch: 'package.setup.ts' },
    { name: 'packaged app', use: { runtime: 'packaged app' }, dependencies: ['package'] },
  ],
});
