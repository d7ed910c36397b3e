/**
 * What `npm start` does in a checkout: opens the desktop app where Electron can be had, else serves the same site to
 * the browser, and says which and why.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { defaultSiteFolder } from '../workstation/default-folder.ts';
import { run } from './action.ts';
import { downloadElectron, installedElectron } from './electron-binary.ts';
import { serveSite } from './serve-site.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const BAD_START = 15_000; // ms; what fails this soon never showed a window

await run({}, async ({ output, signal }) => {
  const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
  const why = hasDisplay ? await openApp((line) => output.note(line)) : 'this machine has no display';
  if (why === null) return;
  output.note(`Isocenter opens in the browser, because ${why}.`);
  await serveSite({ folder: defaultSiteFolder(), port: 0, open: hasDisplay, output, signal });
});

/** Resolves when the app was closed; with a reason where it did not open. */
async function openApp(note: (line: string) => void): Promise<string | null> {
  let program = installedElectron();
  if (program === undefined) {
    note('Downloading Electron, once (about 120 MB).');
    const downloaded = await downloadElectron();
    if ('reason' in downloaded) return `Electron could not be downloaded (${downloaded.reason})`;
    program = downloaded.program;
  }
  note('Isocenter opens as a desktop app.');
  const startedAt = Date.now();
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  const app = spawn(program, [ROOT], { stdio: ['ignore', 'inherit', 'inherit'], env });
  const code = await new Promise<number | null>((done) => {
    app.once('error', () => done(-1));
    app.once('close', done);
  });
  const failed = code !== 0 && Date.now() - startedAt < BAD_START;
  return failed ? `Electron did not start here (it ended with ${code})` : null;
}
