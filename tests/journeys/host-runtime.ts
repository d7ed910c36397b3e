/** The workstation as `isocenter serve` shows it: a process of its own, and a page in the browser for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import type { BrowserContext } from '@playwright/test';
import { en } from '../../shared/texts/en.ts';
import type { Runtime } from './runtime.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'electron', 'cli', 'isocenter.js');

export async function openInBrowser(site: string, context: BrowserContext): Promise<Runtime> {
  const host = spawn(process.execPath, [MAIN, 'serve', site], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(host, 'close');
  const page = await context.newPage();
  await page.goto(await linkOf(host));
  const end = async (signal: NodeJS.Signals) => {
    host.kill(signal);
    await ended;
    await page.close();
  };
  return {
    page,
    async choose(path, press) {
      await press();
      const dialog = page.getByRole('dialog', { name: 'Choose a' });
      // The first folder is shown, nothing moves
      await dialog.getByRole('navigation', { name: en.picker.parents }).waitFor();
      await dialog.getByRole('textbox', { name: en.picker.path }).fill(path);
      await dialog.getByRole('button', { name: en.picker.go, exact: true }).click();
      await dialog.getByRole('button', { name: en.picker.chooseThis(basename(path)) }).click();
    },
    async save(press) {
      const downloading = page.waitForEvent('download');
      await press();
      return (await downloading).path();
    },
    close: () => end('SIGINT'),
    kill: () => end('SIGKILL'),
  };
}

function linkOf({ stdout, stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    stderr?.on('data', (chunk) => {
      said += chunk;
    });
    let printed = '';
    stdout?.on('data', (chunk) => {
      printed += chunk;
      const [link] = /http:\S+(?=\n)/.exec(printed) ?? [];
      if (link !== undefined) resolve(link);
    });
    stdout?.once('close', () => reject(new Error(`isocenter serve ended: ${said}`)));
  });
}
