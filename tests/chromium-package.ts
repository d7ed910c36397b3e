/**
 * What the npm package `@sparticuz/chromium` carries: a Chromium with its libraries, fonts and graphics card in
 * software.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** Unpacks some of its archives, once, into a folder under node_modules/.cache and gives that folder. */
export async function unpackChromium(folder: string, archives: string[]): Promise<string> {
  const home = resolve(import.meta.dirname, '..', 'node_modules', '.cache', `sparticuz-${folder}`);
  if (existsSync(home)) return home;
  const { inflate } = await import('@sparticuz/chromium');
  const packed = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..', 'bin');
  mkdirSync(dirname(home), { recursive: true });
  const part = mkdtempSync(`${home}-`);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = part; // where the package unpacks to
  try {
    await Promise.all(archives.map((name) => inflate(join(packed, `${name}.br`))));
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  try {
    renameSync(part, home);
  } catch {
    rmSync(part, { recursive: true, force: true }); // another process was quicker
  }
  return home;
}
