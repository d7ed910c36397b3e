/**
 * Three kinds of tests beside their units: `node` for all that runs in processes, `state` for the window's classes and maths
 * without a page, `window` (*.browser.test.ts) for components in a real browser.
 */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { findBrowser, launchOptions } from './tests/browser.ts';

const inBrowser = ['renderer/**/*.browser.test.ts'];

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'node',
          include: ['electron/**/*.test.ts', 'shared/**/*.test.ts', 'tests/**/*.test.ts'],
          pool: 'forks', // native addons and WASM engines: one process a file
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [svelte()],
        resolve: { conditions: ['browser'] }, // Svelte's runes as a page has them
        test: { name: 'state', include: ['renderer/**/*.test.ts'], exclude: inBrowser },
      },
      {
        plugins: [svelte()],
        // Everything that pages import is made ready before the first test: what is found later reloads the page under it.
        optimizeDeps: { entries: ['renderer/main.ts', 'renderer/**/*.browser.test.ts'] },
        test: {
          name: 'window',
          include: inBrowser,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: [{ browser: 'chromium' }],
            provider: playwright({ launchOptions: launchOptions(await findBrowser()) }),
          },
        },
      },
    ],
  },
});
