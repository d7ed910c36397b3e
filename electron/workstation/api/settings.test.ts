/** The first start, the site's rules and its disk, through a window's verbs. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { engineNames } from '../../../shared/engine.ts';
import { planSchema } from '../../../shared/plan.ts';
import { type OpenedWindow, openWindow } from '../../../tests/open-window.ts';
import { testFolder } from '../../../tests/test-folder.ts';
import { CoordinatorFiles } from '../../site/coordinating/coordinator-files.ts';

const base = testFolder().path;

const windows: OpenedWindow[] = [];
afterEach(async () => {
  for (const { workstation } of windows.splice(0)) await workstation.close();
});

function open(name: string): OpenedWindow {
  const window = openWindow({ folder: join(base, name) });
  windows.push(window);
  return window;
}

async function started(name: string): Promise<OpenedWindow> {
  const window = open(name);
  await window.ask('createSite', 'Hospital');
  return window;
}

async function closed({ workstation }: OpenedWindow): Promise<void> {
  await workstation.close();
  windows.splice(0);
}

describe('the first start', () => {
  it('makes the site, and later ones open it', async () => {
    const window = open('first');
    expect(await window.ask('snapshot')).toMatchObject({ site: null, problem: null, person: userInfo().username });
    expect(await window.refused('listVolumes')).toBe('site.not-yet');
    expect(await window.refused('createSite', ' ')).toBe('site.arguments-unsound');
    expect(await window.refused('createSite', 'two\nlines')).toBe('storage.bad-site-name');
    await window.ask('createSite', ' St. Mary ');
    const { site } = await window.ask('snapshot');
    expect(site).toMatchObject({ name: 'St. Mary', folder: join(base, 'first'), volumes: 0, labelled: 0, models: 0 });
    expect(await window.refused('createSite', 'Another')).toBe('storage.already-a-site');
    await closed(window);
    expect((await open('first').ask('snapshot')).site).toEqual(site);
  });

  it('tells why a site cannot be opened, and opens it once that is mended', async () => {
    await closed(await started('broken'));
    const file = join(base, 'broken', 'site.sqlite');
    const database = new Sqlite(file);
    const version = database.pragma('user_version', { simple: true });
    database.pragma('user_version = 99');
    database.close();

    const window = open('broken');
    const { site, problem } = await window.ask('snapshot');
    expect([site, problem?.code]).toEqual([null, 'storage.newer-site']);
    expect(await window.refused('listVolumes')).toBe('storage.newer-site');
    const mended = new Sqlite(file);
    mended.pragma(`user_version = ${version}`);
    mended.close();
    await window.ask('openSite');
    expect(await window.ask('snapshot')).toMatchObject({ site: { name: 'Hospital' }, problem: null });
  });

  it('tells of a database that is none', async () => {
    await closed(await started('damaged'));
    for (const ending of ['', '-wal', '-shm']) rmSync(join(base, 'damaged', `site.sqlite${ending}`), { force: true });
    writeFileSync(join(base, 'damaged', 'site.sqlite'), 'no database at all, but a text that is long enough to look');
    expect((await open('damaged').ask('snapshot')).problem?.code).toBe('storage.database-broken');
  });
});

describe('settings', () => {
  it('are kept one by one', async () => {
    const window = await started('kept');
    expect(await window.ask('readSettings')).toEqual({ engine: 'auto', consent: 'ask', plan: planSchema.parse({}) });
    await window.ask('changeSettings', { consent: 'refuse' });
    await window.ask('changeSettings', { engine: 'wasm', plan: planSchema.parse({ axis: 'axial' }) });
    expect(window.workstation.snapshot.engine.choice).toBe('wasm');
    await closed(window);
    const { engine, consent, plan } = await open('kept').ask('readSettings');
    expect([engine, consent, plan.axis]).toEqual(['wasm', 'refuse', 'axial']);
  });

  it('are refused where they do not hold', async () => {
    const window = await started('unsound');
    for (const settings of [{ engine: 'abacus' }, { consent: 'allow' }, { plan: { axis: 'oblique' } }, { more: 1 }]) {
      expect(await window.refused('changeSettings', settings)).toBe('site.arguments-unsound');
    }
  });

  it('fall back to the defaults where the database holds something else', async () => {
    const window = await started('fallback');
    window.workstation.site.folder.settings.write('settings', { engine: 'of another version' });
    expect((await window.ask('readSettings')).engine).toBe('auto');
  });

  it('keep the rule that nothing leaves where another of them does not hold', async () => {
    // Guards against a plan of another version that took the rule with it: a standing permission would have counted
    // again.
    const window = await started('rule');
    const { settings } = window.workstation.site.folder;
    settings.write('settings', { engine: 'wasm', consent: 'refuse', plan: { axis: 'of another version' } });
    const usual = planSchema.parse({});
    expect(await window.ask('readSettings')).toEqual({ engine: 'wasm', consent: 'refuse', plan: usual });
    settings.write('settings', { consent: 'of another version' });
    expect((await window.ask('readSettings')).consent).toBe('refuse');
  });
});

describe('an engine that cannot be used here', () => {
  it('is said to be so where it is chosen, with what to do, and nothing takes its place', async () => {
    const window = await started('unusable');
    const { settings } = window.workstation.site.folder;
    await window.ask('lookAtEngines');
    const found = settings.read('engines-found', z.looseObject({ machine: z.string() }));
    const look = { usable: false, reason: 'There is no card.', next: 'Buy one.' };
    settings.write('engines-found', { ...found, engines: [{ engine: 'webgpu', look, speed: null }] });
    await window.ask('changeSettings', { engine: 'webgpu' });
    expect((await window.ask('snapshot')).engine).toMatchObject({
      choice: 'webgpu',
      engine: null,
      usable: false,
      why: 'There is no card.',
      next: 'Buy one.',
    });
  });
});

describe('the site', () => {
  it('is renamed, but not while a federation knows it by its name', async () => {
    const window = await started('renamed');
    await window.ask('renameSite', 'Clinic');
    expect(window.workstation.snapshot.site?.name).toBe('Clinic');
    const { folder } = window.workstation.site;
    const { id } = folder.runs.start('federated', planSchema.parse({}), {
      federation: 'Together',
      coordinator: 'aaaa',
      invitation: '01',
    });
    folder.runs.update(id, { state: 'paused' });
    expect(await window.refused('renameSite', 'Third')).toBe('site.name-in-use');
    await window.ask('giveUpRun', id);
    await window.ask('renameSite', 'Clinic');
    new CoordinatorFiles(folder.coordinatorFolder).writeHosted({
      federation: 'Clinic',
      planHash: 'f'.repeat(64),
      address: 'ws://127.0.0.1:4100/',
      finished: false,
      request: null,
    });
    expect(await window.refused('renameSite', 'Third')).toBe('site.name-in-use');
    await closed(window);
    expect((await open('renamed').ask('snapshot')).site?.name).toBe('Clinic');
  });

  it('tells what it takes of the disk, and frees what finished runs left', async () => {
    const window = await started('disk');
    const { runs } = window.workstation.site.folder;
    const plan = planSchema.parse({});
    const [over, paused] = [runs.start('pretrain', plan, {}), runs.start('pretrain', plan, {})];
    for (const { folder } of [over, paused]) writeFileSync(join(folder, 'state.safetensors'), new Uint8Array(1000));
    runs.update(over.id, { state: 'finished' });
    runs.update(paused.id, { state: 'paused' });
    expect((await window.ask('readStorage')).bytes).toMatchObject({ volumes: 0, models: 0, runs: 2000 });
    expect(await window.ask('cleanStorage')).toBe(1000);
    expect([over, paused].map(({ folder }) => existsSync(folder))).toEqual([false, true]);
    expect(await window.ask('cleanStorage')).toBe(0);
    expect((await window.ask('readStorage')).free).toBeGreaterThan(0);
  });

  it('measures its engines, and remembers what it found', async () => {
    const window = await started('engine');
    expect((await window.ask('snapshot')).engine).toEqual({
      choice: 'auto',
      engine: null,
      usable: true,
      why: '',
      next: '',
      engines: [],
    });
    const engine = await window.ask('measureEngines');
    expect(engine).toMatchObject({ choice: 'auto', usable: true });
    expect(engine.engines.map((found) => found.engine)).toEqual(engineNames);
    for (const { look, speed } of engine.engines) {
      if (look.usable && look.kind !== 'software') expect(speed?.slicesPerSecond).toBeGreaterThan(0);
      else if (!look.usable) expect(look.reason).not.toBe('');
    }
    expect(engine.engines.find((found) => found.engine === engine.engine)?.look.usable).toBe(true);
    expect(engine.why).toMatch(/^The fastest/);
    await closed(window);
    const again = open('engine');
    expect((await again.ask('snapshot')).engine).toEqual(engine);
    expect(await again.ask('lookAtEngines')).toEqual(engine); // a speed stays with its device
  });

  it('names every package that is shipped, with the text of its licence', async () => {
    const licences = await (await started('licences')).ask('readLicences');
    expect(licences[0]).toMatchObject({ name: 'Isocenter', licence: 'Apache-2.0' });
    const names = licences.map(({ name }) => name);
    for (const name of ['svelte', 'better-sqlite3', '@tensorflow/tfjs-core', 'zod']) expect(names).toContain(name);
    expect(names).not.toContain('vitest');
    expect(licences.find(({ name }) => name === 'zod')?.text).toContain('MIT License');
  });
});
