/**
 * The packaged app, started as a person starts it. It runs on Electron where that is installed, else on the stand-in.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listPackage } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPackage, readManifest } from '../electron/engine/tensorflow/installation.ts';
import { dicomBytes } from '../electron/imaging/fixtures/dicom.ts';
import { smallPlan } from '../electron/site/testing.ts';
import type { Snapshot } from '../shared/api.ts';
import type { Bridge } from '../shared/shell.ts';
import { launchPackaged, type PackagedApp, packageForTests, resources } from './electron-standin/packaged-app.ts';
import { writePhantoms } from './phantom-site.ts';
import { testFolder } from './test-folder.ts';

declare global {
  interface Window {
    isocenter: Bridge;
  }
}

let folder: string;
let launched: PackagedApp;

beforeAll(async () => {
  folder = testFolder().path;
  await packageForTests();
  launched = await launchPackaged(join(folder, 'site'));
  console.log(`The packaged app runs on ${launched.runtime}.`);
}, 180_000);

afterAll(async () => {
  await launched?.close();
});

describe('the window', () => {
  it('makes the site on the first page', async () => {
    const { page } = launched;
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    await page.getByRole('textbox').first().fill('St. Anna');
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').waitFor();
    const { site } = await page.evaluate(() => window.isocenter.api.snapshot());
    expect(site?.name).toBe('St. Anna');
    expect(existsSync(join(folder, 'site', 'site.sqlite'))).toBe(true);
  });

  it('gives the page verbs and nothing of Node or Electron', async () => {
    const found = await launched.page.evaluate(() => ({
      known: ['require', 'process', 'module', 'global', 'Buffer', 'ipcRenderer', 'electron'].filter(
        (name) => name in window,
      ),
      given: Object.keys(window.isocenter),
      shell: Object.keys(window.isocenter.shell),
      isFrozen: Object.isFrozen(window.isocenter) && Object.isFrozen(window.isocenter.api),
    }));
    expect(found).toEqual({
      known: [],
      given: ['api', 'shell', 'onEvent', 'onConnection'],
      shell: ['kind', 'choose', 'pathsOf', 'save'],
      isFrozen: true,
    });
  });

  it('lets an error cross with its code and next step', async () => {
    const error = await launched.page.evaluate(() =>
      window.isocenter.api.renameVolume('volume-0', 'x').then(
        () => null,
        ({ code, message, next }) => ({ code, message, next }),
      ),
    );
    expect(error).toMatchObject({
      code: 'storage.no-such-volume',
      message: expect.any(String),
      next: expect.any(String),
    });
  });

  it('opens a page by the menu', async () => {
    const { app, page } = launched;
    await app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('settings')?.click());
    await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  });

  it('is shown by a second start, which ends at once', async () => {
    const { app } = launched;
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].hide());
    expect(await launched.startAgain()).toBe(0);
    await expect
      .poll(() =>
        app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isVisible())),
      )
      .toEqual([true]);
  });
});

describe('the border', () => {
  const policy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; " +
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  it.each(['/', '/site/volumes/none/voxels', '/nowhere'])('sends its policy with %s', async (address) => {
    const sent = await launched.page.evaluate(
      async (path) => Object.fromEntries((await fetch(path)).headers.entries()),
      address,
    );
    expect(sent).toMatchObject({ 'content-security-policy': policy, 'x-content-type-options': 'nosniff' });
  });

  it('serves no file outside of the page', async () => {
    const statuses = await launched.page.evaluate(async () => {
      const paths = ['/../main/main.js', '/%2e%2e/main/main.js', '/..%2fmain%2fmain.js', '/..%5cmain%5cmain.js'];
      return Promise.all(paths.map(async (path) => (await fetch(path)).status));
    });
    expect(statuses).toEqual([404, 404, 404, 404]);
  });

  it('keeps the page where it is, alone, and without a network', async () => {
    const { app, page } = launched;
    const before = page.url();
    const reached = await page.evaluate(async () => {
      window.open('https://example.org/');
      const link = Object.assign(document.createElement('a'), { href: 'https://example.org/' });
      document.body.append(link);
      link.click();
      link.remove();
      return fetch('https://example.org/').then(
        () => true,
        () => false,
      );
    });
    expect(reached).toBe(false);
    await page.waitForTimeout(300); // a navigation would have begun
    expect(page.url()).toBe(before);
    await expect.poll(() => app.windows().length, { timeout: 5000 }).toBe(1);
  });

  it('gives a window that is not ours nothing, though it has our preload script and address', async () => {
    const { app } = launched;
    const answer = await app.evaluate(async ({ app: own, BrowserWindow }) => {
      const foreign = new BrowserWindow({
        show: false,
        webPreferences: { preload: `${own.getAppPath()}/dist/preload/preload.cjs` },
      });
      await foreign.loadURL('app://isocenter/');
      const code = 'window.isocenter.api.snapshot().then(() => "let in", ({ code }) => code)';
      const given = await foreign.webContents.executeJavaScript(code);
      foreign.destroy();
      return given;
    });
    expect(answer).toBe('site.foreign-caller');
  });
});

describe('the packaged parts', () => {
  it('are what runs, and nothing else', () => {
    const archive = join(resources, 'app.asar');
    const files = listPackage(archive, { isPack: false }).map((file) => file.replaceAll('\\\\', '/'));
    expect(files).toContain('/dist/preload/preload.cjs');
    const foreign = files.filter((file) => /\.(map|md|d\.ts|ts|svelte)$|\/(test|tests|docs?)\//.test(file));
    expect(foreign).toEqual([]);
    expect(files.filter((file) => file.endsWith('.node'))).toHaveLength(2); // SQLite's and Dawn's, of this system
    const unpacked = readdirSync(`${archive}.unpacked`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => statSync(join(parentPath, name)).size);
    const bytes = unpacked.reduce((sum, size) => sum + size, statSync(archive).size);
    // Electron comes on top; Dawn, for graphics cards, is 22e6 on Linux and 34e6 on Windows
    expect(bytes).toBeLessThan(65e6);
  });

  it('read and write scans in a thread, keep them in SQLite, and show them', async () => {
    const { app, page } = launched;
    const files = await writePhantoms(join(folder, 'scans'), 0, 1);
    await app.evaluate(({ dialog }, paths) => {
      dialog.showOpenDialog = async () => ({ canceled: false, filePaths: paths });
    }, files);
    const summary = await page.evaluate(async () => {
      const { api, shell } = window.isocenter;
      const task = await api.importVolumes((await shell.choose('folder')) ?? [], []);
      for (;;) {
        const { tasks } = await api.snapshot();
        const found = tasks.find(({ id }) => id === task);
        if (found?.state !== 'running') return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
    expect(summary).toMatchObject({ state: 'finished', result: { imported: 1, labelled: 1 } });
    const thumbnail = await page.evaluate(async () => {
      const [volume] = await window.isocenter.api.listVolumes();
      return (await fetch(volume.thumbnail)).headers.get('content-type');
    });
    expect(thumbnail).toBe('image/png');
  });

  it('compute in the trainer process', async () => {
    const engine = await launched.page.evaluate(() => window.isocenter.api.measureEngines());
    expect(engine.usable).toBe(true);
    const wasm = engine.engines.find((found) => found.engine === 'wasm');
    expect(wasm?.look.usable).toBe(true);
    const webgpu = engine.engines.find((found) => found.engine === 'webgpu');
    expect(JSON.stringify(webgpu?.look)).not.toContain('does not start'); // Dawn is there, whether or not a card is
    expect(wasm?.speed?.slicesPerSecond).toBeGreaterThan(0);
    const tensorflow = engine.engines.find((found) => found.engine === 'tensorflow');
    const isSetUp = hasPackage() && readManifest() !== undefined; // beside the app, for this account
    expect(tensorflow?.look.usable).toBe(isSetUp);
    expect((tensorflow?.speed?.slicesPerSecond ?? 0) > 0).toBe(isSetUp);
  });

  it('train, segment, report, and write a DICOM segmentation where the person says', async () => {
    const { app, page } = launched;
    writeSeries(join(folder, 'series'));
    await app.evaluate(({ BrowserWindow }) => {
      const progress: number[] = [];
      Object.assign(globalThis, { progress });
      BrowserWindow.getAllWindows()[0].setProgressBar = (value) => progress.push(value);
    });
    const files = await page.evaluate(
      async ({ series, plan }) => {
        const { api } = window.isocenter;
        const until = async (done: (snapshot: Snapshot) => boolean) => {
          for (;;) {
            const snapshot = await api.snapshot();
            if (done(snapshot)) return;
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        };
        const idle = () => until(({ activity, tasks }) => !activity && tasks.every(({ state }) => state !== 'running'));
        await api.importVolumes([series], []);
        await idle();
        await api.startFinetuning({ plan, from: 'random', labels: 'all', holdOut: 0 });
        await idle();
        const [model] = (await api.listModels()).map(({ id }) => id);
        await api.startSegmenting(
          model,
          (await api.listVolumes()).map(({ id }) => id),
          { again: false },
        );
        await idle();
        const row = (await api.reviewModel(model)).rows.find(({ isDicom }) => isDicom);
        return [await api.exportReview(model, 'report-pdf'), await api.exportLabelMap(row?.map ?? '', 'dicom-seg')];
      },
      { series: join(folder, 'series'), plan: { ...smallPlan, finetuneSteps: 300 } },
    );
    for (const [index, start] of ['%PDF', 'DICM'].entries()) {
      const target = join(folder, `saved-${index}`);
      await app.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = async () => ({ canceled: false, filePath });
      }, target);
      expect(await page.evaluate((file) => window.isocenter.shell.save(file), files[index])).toBe(true);
      const saved = readFileSync(target, 'latin1');
      expect(saved.length).toBe(files[index].bytes);
      expect(saved.slice(0, 132)).toContain(start);
    }
    const progress = await app.evaluate(() => (globalThis as unknown as { progress: number[] }).progress);
    expect(Math.max(...progress)).toBeGreaterThanOrEqual(0);
    expect(progress.at(-1)).toBe(-1); // gone with the run
  });

  it('come with their licences', async () => {
    const licences = await launched.page.evaluate(() => window.isocenter.api.readLicences());
    const names = licences.map(({ name }) => name);
    expect(names[0]).toBe('Isocenter');
    expect(names).toEqual(expect.arrayContaining(['electron', 'better-sqlite3', 'svelte', 'zod', 'cornerstone-core']));
    expect(names).not.toContain('vite');
  });

  it('ask before they are stopped in the middle', async () => {
    const { app, page } = launched;
    await app.evaluate(({ dialog }) => {
      const asked: string[] = [];
      Object.assign(globalThis, { asked });
      dialog.showMessageBox = (async (_window: unknown, { message }: { message: string }) => {
        asked.push(message);
        return { response: 1, checkboxChecked: false };
      }) as unknown as typeof dialog.showMessageBox;
    });
    await page.evaluate(() => window.isocenter.api.importSampleData());
    await app.evaluate(({ app: own }) => own.quit());
    await expect.poll(() => app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)).toHaveLength(1);
    expect(await page.evaluate(() => window.isocenter.shell.kind)).toBe('electron'); // still there
    await app.evaluate(({ dialog }) => {
      dialog.showMessageBox = async () => ({ response: 0, checkboxChecked: false });
    });
  });
});

/** Eight slices of 20 x 20 pixels, as a scanner sends them. */
function writeSeries(path: string): void {
  mkdirSync(path);
  for (let slice = 0; slice < 8; slice++) {
    const bytes = dicomBytes({
      series: '1.2.3.4',
      instance: `1.2.826.0.1.3680043.2.1125.${slice + 1}`,
      orientation: [1, 0, 0, 0, 1, 0],
      position: [0, 0, 3 * slice],
      spacing: [1, 1],
      rows: 20,
      columns: 20,
      valueAt: (column: number, row: number) => (Math.hypot(column - 10, row - 10) < 6 ? 300 : 20) + slice,
    });
    writeFileSync(join(path, `${slice}.dcm`), bytes);
  }
}
