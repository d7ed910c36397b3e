/**
 * The Chromium that shows the windows: STANDIN_CHROMIUM is its path, STANDIN_CHROMIUM_ARGS what it is given, as JSON.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGE } from '../language.ts';
import { Cdp } from './cdp.ts';
import { PID_FILE, temporaryFolder } from './temporary.ts';

let connection: Cdp | undefined;
let chromium: ChildProcess | undefined;

/** The connection to the browser that was started. */
export function cdp(): Cdp {
  if (!connection) throw new Error('the browser is not there before the app is ready');
  return connection;
}

/** `switches` are those of the app; `isQuitting` tells, when the browser ends, whether that was meant. */
export async function startBrowser(switches: [string, string][], isQuitting: () => boolean): Promise<void> {
  const folder = temporaryFolder();
  const { STANDIN_CHROMIUM = 'chromium', STANDIN_CHROMIUM_ARGS = '[]' } = process.env;
  const child = spawn(
    STANDIN_CHROMIUM,
    [
      '--headless=new',
      '--no-sandbox',
      '--no-startup-window',
      '--remote-debugging-port=0',
      `--user-data-dir=${join(folder, 'profile')}`,
      ...(JSON.parse(STANDIN_CHROMIUM_ARGS) as string[]),
      ...switchesOf(switches),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...LANGUAGE, TMPDIR: folder } },
  );
  chromium = child;
  writeFileSync(join(folder, PID_FILE), String(child.pid));
  child.once('exit', () => process.exit(isQuitting() ? 0 : 1));
  connection = await Cdp.connect(await addressOf(child));
  const { product } = await connection.send('Browser.getVersion');
  Object.assign(process.versions, { chrome: product.split('/')[1] });
}

/** Ends the browser and with it this process. */
export function stopBrowser(): void {
  chromium?.kill('SIGKILL');
}

/** The later switch wins, lists of features are joined. */
function switchesOf(given: [string, string][]): string[] {
  const own = /^(inspect|remote-debugging-port|no-sandbox|user-data-dir|site)/;
  const merged = new Map<string, string>();
  for (const [name, value] of given.filter(([name]) => !own.test(name))) {
    const before = merged.get(name);
    merged.set(name, name.endsWith('-features') && before ? `${before},${value}` : value);
  }
  return [...merged].map(([name, value]) => (value ? `--${name}=${value}` : `--${name}`));
}

/** Reads the line that Chromium prints, and prints it again: Playwright waits for it. */
function addressOf({ stderr }: ChildProcess): Promise<string> {
  let printed = '';
  return new Promise((resolve) => {
    stderr?.on('data', (chunk) => {
      if (process.env.STANDIN_DEBUG) process.stderr.write(chunk);
      if (printed.endsWith('\0')) return;
      printed += chunk;
      const line = printed.match(/^DevTools listening on (ws:\/\/\S+)$/m);
      if (!line) return;
      printed = '\0';
      process.stderr.write(`${line[0]}\n`);
      resolve(line[1]);
    });
  });
}
