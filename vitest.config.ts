/**
 * Kinds of tests beside their units: `node` for all that runs in processes, an engine's name for what learns on it,
 * `state` for the window's classes and maths without a page, `window` (*.browser.test.ts) for components in a real
 * browser.
 */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import type { EngineName } from './shared/engine.ts';
import { findBrowser, launchOptions } from './tests/browser.ts';
import { softwareVulkan } from './tests/software-vulkan.ts';

const inBrowser = ['renderer/**/*.browser.test.ts'];

const inProcesses = {
  pool: 'forks' as const, // native addons and WASM engines: one process a file
  setupFiles: ['tests/leftover-files.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

/** What `node` runs on wasm, on another engine. Where it is not there, its tests are reported as not run. */
function onEngine(name: EngineName): TestProjectConfiguration {
  const include = ['electron/learning/**/*.test.ts', 'electron/engine/{kernels,jobs/*}.test.ts'];
  const env = { ISOCENTER_TEST_ENGINE: name };
  const setupFiles = [...inProcesses.setupFiles, 'tests/without-engine.ts'];
  return { test: { name, include, env, ...inProcesses, setupFiles, globalSetup: ['tests/say-engine.ts'] } };
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'node',
          include: ['electron/**/*.test.ts', 'shared/**/*.test.ts', 'tests/**/*.test.ts'],
          exclude: ['electron/engine/webgpu/**'],
          ...inProcesses,
        },
      },
      onEngine('tensorflow'),
      {
        test: {
          name: 'webgpu',
          // A processor that plays a graphics card is slow: what it learns is in electron/engine/webgpu, in few steps.
          include: [
            'electron/engine/webgpu/**/*.test.ts',
            'electron/engine/kernels.test.ts',
            'electron/learning/*-loss.test.ts',
          ],
          env: { ISOCENTER_TEST_ENGINE: 'webgpu', ...(await softwareVulkan()) },
          ...inProcesses,
          setupFiles: [...inProcesses.setupFiles, 'tests/without-engine.ts'],
        },
      },
      {
        plugins: [svelte()],
        resolve: { conditions: ['browser'] }, // Svelte's runes as a page has them
        test: { name: 'state', include: ['renderer/**/*.test.ts'], exclude: inBrowser },
      },
      {
        plugins: [svelte()],
        // Everything that pages import is made ready before the first test: what is found later reloads the page under
        // it.
        optimizeDeps: { entries: ['renderer/main.ts', 'renderer/**/*.browser.test.ts'] },
        test: {
          name: 'window',
          include: inBrowser,
          expect: { poll: { timeout: 10_000 } }, // a busy machine draws late
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
