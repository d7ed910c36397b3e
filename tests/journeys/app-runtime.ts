/** The workstation as the packaged app shows it: on Electron where it is installed, else on the stand-in for it. */
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { launchPackaged } from '../electron-standin/packaged-app.ts';
import type { Runtime } from './runtime.ts';

export async function openApp(site: string): Promise<Runtime> {
  const { app, page, close } = await launchPackaged(site);
  return {
    page,
    async choose(path, press) {
      await app.evaluate(({ dialog }, chosen) => {
        dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] });
      }, path);
      await press();
    },
    async save(press) {
      const file = join(mkdtempSync(`${site}-saved-`), 'file');
      await app.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = async () => ({ canceled: false, filePath });
      }, file);
      await press();
      while (!existsSync(file)) await page.waitForTimeout(50); // it gets its name when it is whole
      return file;
    },
    close,
    async kill() {
      const ended = once(app.process(), 'close');
      app.process().kill('SIGKILL');
      await ended;
    },
  };
}
