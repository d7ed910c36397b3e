/**
 * The packaged app under Playwright: with Electron where its binary is installed, else with the stand-in. What it runs
 * on is named, so that no report takes one for the other.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { findBrowser } from '../browser.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const ELECTRON = join(ROOT, 'node_modules', 'electron', 'dist');
const STANDIN = join(import.meta.dirname, 'runtime');
const OUTPUT = join(ROOT, 'dist', 'package');

const executables: Partial<Record<NodeJS.Platform, string>> = {
  linux: join(OUTPUT, 'linux-unpacked', 'isocenter'),
  win32: join(OUTPUT, 'win-unpacked', 'Isocenter.exe'),
  darwin: join(
    OUTPUT,
    `mac${process.arch === 'arm64' ? '-arm64' : ''}`,
    'Isocenter.app',
    'Contents',
    'MacOS',
    'Isocenter',
  ),
};

/** Where Electron looks for the app. */
export const resources = join(
  dirname(executables[process.platform] as string),
  process.platform === 'darwin' ? '../Resources' : 'resources',
);

export const hasElectron = existsSync(join(ELECTRON, 'version'));

/** Builds and packages the app as it stands, for `launchPackaged`. Takes about ten seconds; once is enough. */
export async function packageForTests(): Promise<void> {
  const args = ['--dir', '--test-build', '--electron-dist', hasElectron ? ELECTRON : STANDIN];
  const { NODE_ENV: _, ...env } = process.env; // the tests' own would build for development
  const temporary = await mkdtemp(join(tmpdir(), 'isocenter-package-')); // the packager's tools leave their caches there
  try {
    const packager = [join(ROOT, 'resources', 'package.ts'), ...args];
    await promisify(execFile)(process.execPath, packager, { env: { ...env, TMPDIR: temporary } });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

export interface PackagedApp {
  app: ElectronApplication;
  page: Page;
  runtime: string; // such as "Electron 45.5.0" or "stand-in, Node 24 + Chromium 156"
  /** A second start with the same app data; gives its exit code. */
  startAgain(): Promise<number | null>;
  /** Quits as a person would, and removes the app's own data. The site stays. */
  close(): Promise<void>;
}

/** Starts what `packageForTests` made; `site` is the site's folder, beside which the app's data gets a folder of its own. */
export async function launchPackaged(site: string, env: Record<string, string> = {}): Promise<PackagedApp> {
  const browser = await findBrowser();
  const data = await mkdtemp(`${site}-app-`);
  const options = {
    executablePath: executables[process.platform] as string,
    args: [`--user-data-dir=${data}`, `--site=${site}`],
    env: {
      ...(process.env as Record<string, string>),
      ...browser.env,
      STANDIN_CHROMIUM: browser.executablePath,
      STANDIN_CHROMIUM_ARGS: JSON.stringify(browser.args),
      ...env,
    },
  };
  const app = await _electron.launch(options);
  const page = await app.firstWindow();
  return {
    app,
    page,
    runtime: await app.evaluate(() => {
      const { electron, chrome, node } = process.versions;
      const major = (version: string) => version.split('.')[0];
      if (electron !== 'standin') return `Electron ${electron}`;
      return `stand-in, Node ${major(node)} + Chromium ${major(chrome)}`;
    }),
    startAgain() {
      const second = spawn(options.executablePath, options.args, { env: options.env, stdio: 'ignore' });
      return new Promise((resolve) => second.once('exit', resolve));
    },
    async close() {
      await app.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}
