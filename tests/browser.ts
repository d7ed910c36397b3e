/**
 * The browser for tests: the system's Chromium, Chrome or Edge, else Playwright's own, else the one that the npm
 * package `@sparticuz/chromium` carries. `ISOCENTER_BROWSER` names one of these sources, or the path of a Chromium.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';
import { unpackChromium } from './chromium-package.ts';
import { LANGUAGE } from './language.ts';

export interface TestBrowser {
  name: string; // for reports
  executablePath: string;
  args: string[];
  env: Record<string, string>; // besides the process's own
  wantsTemporaryFolder: boolean; // of its own
}

// WebGL and canvas by software: tests look alike on machines with and without a graphics card.
const DRAWING = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'];

const sources: Record<string, () => TestBrowser | undefined | Promise<TestBrowser | undefined>> = {
  system: systemBrowser,
  playwright: playwrightBrowser,
  npm: npmBrowser,
};

/** Throws with what to install where there is none. */
export async function findBrowser(wanted = process.env.ISOCENTER_BROWSER): Promise<TestBrowser> {
  if (wanted !== undefined && !(wanted in sources)) return browserAt(wanted, wanted);
  for (const name of wanted === undefined ? Object.keys(sources) : [wanted]) {
    const found = await sources[name]();
    if (found) return found;
  }
  throw new Error(
    'No browser was found for the tests. Install Chromium, Chrome or Edge, or run `npx playwright install chromium`.',
  );
}

/** What Playwright and vitest want to know to launch it. */
export function launchOptions({ executablePath, args, env, wantsTemporaryFolder }: TestBrowser) {
  const folder: Record<string, string> = wantsTemporaryFolder ? { TMPDIR: temporaryFolder() } : {};
  return { executablePath, args, env: { ...(process.env as Record<string, string>), ...LANGUAGE, ...env, ...folder } };
}

/** Gone with this process. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'isocenter-chromium-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function browserAt(executablePath: string, name: string): TestBrowser {
  return { name, executablePath, args: DRAWING, env: {}, wantsTemporaryFolder: false };
}

function systemBrowser(): TestBrowser | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
  const programs = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
  const places: Partial<Record<NodeJS.Platform, string[]>> = {
    darwin: ['Chromium', 'Google Chrome', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    ),
    win32: programs
      .filter((folder) => folder !== undefined)
      .flatMap((folder) => [
        join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
        join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
      ]),
  };
  const onPath = () =>
    names.flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)));
  const found = (places[process.platform] ?? onPath()).find((path) => existsSync(path));
  return found === undefined ? undefined : browserAt(found, `the system's ${found}`);
}

function playwrightBrowser(): TestBrowser | undefined {
  const path = chromium.executablePath();
  return existsSync(path) ? browserAt(path, "Playwright's Chromium") : undefined;
}

/** Unpacked once; it wants its libraries and its fonts told. */
async function npmBrowser(): Promise<TestBrowser | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const home = await unpackChromium('chromium', ['chromium', 'fonts.tar', 'swiftshader.tar', 'al2023.tar']);
  const executablePath = join(home, 'chromium');
  const env: Record<string, string> = {};
  if (!existsSync('/etc/fonts/fonts.conf')) env.FONTCONFIG_PATH = join(home, 'fonts');
  if (execFileSync('ldd', [executablePath], { encoding: 'utf8' }).includes('not found'))
    env.LD_LIBRARY_PATH = join(home, 'al2023', 'lib');
  const name = 'the Chromium of @sparticuz/chromium';
  return { name, executablePath, args: [...DRAWING, '--in-process-gpu'], env, wantsTemporaryFolder: true };
}
