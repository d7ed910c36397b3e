import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { planSchema } from '../../shared/plan.ts';
import type { Grid, Volume } from '../../shared/volume.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { createSite, openSite } from './site-folder.ts';
import { readVolume } from './volume-file.ts';
import { readWeights } from './weight-file.ts';

const folder = () => testFolder().path;
const faultOf = (code: string) => expect.objectContaining({ code });
const posix = process.platform !== 'win32';
const plan = planSchema.parse({});
const grid: Grid = { size: [2, 2, 2], spacing: [1, 1, 1], origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
const volume = (value: number): Volume => ({ grid, sourceGrid: grid, voxels: new Float32Array(8).fill(value) });

/** A process that imports the storage and runs `script`; `line()` waits for its next line of output. */
function storageProcess(script: string, ...args: string[]) {
  const imports = ['site-folder', 'volume-file', 'weight-file'].map(
    (name) => `import * as ${name.replace('-', '')} from ${JSON.stringify(import.meta.resolve(`./${name}.ts`))};`,
  );
  const source = `${imports.join('\n')}\n${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    line: async () => (await lines.next()).value as string | undefined,
    kill: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

describe('createSite', () => {
  it('makes a site that opens again', () => {
    const path = join(folder(), 'a', 'site');
    createSite(path, 'Klinikum Nord').close();
    const site = openSite(path);
    expect(site).toMatchObject({ path, name: 'Klinikum Nord', identityFile: join(path, 'identity.key') });
    expect(site.volumes.list()).toEqual([]);
    site.close();
  });

  it.runIf(posix)('lets nobody else in', () => {
    const path = join(folder(), 'site');
    const site = createSite(path, 'A');
    site.lock('a test').release();
    for (const name of ['', 'volumes', 'models', 'runs', 'coordinator']) {
      expect(statSync(join(path, name)).mode & 0o777, name).toBe(0o700);
    }
    for (const name of readdirSync(path).filter((name) => name.includes('sqlite'))) {
      expect(statSync(join(path, name)).mode & 0o777, name).toBe(0o600);
    }
    site.close();
  });

  it('shares a folder with other files, but is made once', () => {
    const path = folder();
    writeFileSync(join(path, 'notes.txt'), 'mine');
    createSite(path, 'A').close();
    expect(() => createSite(path, 'B')).toThrow(faultOf('storage.already-a-site'));
    expect(openSite(path).name).toBe('A');
    expect(existsSync(join(path, 'notes.txt'))).toBe(true);
  });

  it.each(['', ' ', ' a', 'a\nb', 'a\u001b[31m', 'x'.repeat(65)])('refuses the name %j', (name) => {
    expect(() => createSite(folder(), name)).toThrow(faultOf('storage.bad-site-name'));
  });

  it('says where it cannot write', () => {
    const path = folder();
    writeFileSync(join(path, 'file'), '');
    expect(() => createSite(join(path, 'file'), 'A')).toThrow(faultOf('storage.not-writable'));
    expect(() => createSite(join(path, 'file', 'site'), 'A')).toThrow(faultOf('storage.not-writable'));
  });
});

describe('openSite', () => {
  it('refuses what is no site', () => {
    const path = folder();
    expect(() => openSite(path)).toThrow(faultOf('storage.not-a-site'));
    expect(() => openSite(join(path, 'none'))).toThrow(faultOf('storage.not-a-site'));
    writeFileSync(join(path, 'site.sqlite'), ''); // killed before it was made
    expect(() => openSite(path)).toThrow(faultOf('storage.not-a-site'));
    createSite(path, 'A').close();
    expect(openSite(path).name).toBe('A');
  });

  it('refuses a damaged and a newer database', () => {
    const path = folder();
    writeFileSync(join(path, 'site.sqlite'), 'no database at all '.repeat(100));
    expect(() => openSite(path)).toThrow(faultOf('storage.database-broken'));
    rmSync(join(path, 'site.sqlite'));
    createSite(path, 'A').close();
    const sqlite = new Sqlite(join(path, 'site.sqlite'));
    sqlite.pragma('user_version = 99');
    sqlite.close();
    expect(() => openSite(path)).toThrow(faultOf('storage.newer-site'));
  });

  it.runIf(posix)('says that it may not write', () => {
    const path = folder();
    createSite(path, 'A').close();
    for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' })) chmodSync(join(path, entry), 0o555);
    chmodSync(path, 0o555);
    const isRoot = process.geteuid?.() === 0; // who may write anywhere
    if (isRoot) process.seteuid?.(65534);
    try {
      expect(() => openSite(path)).toThrow(faultOf('storage.not-writable'));
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('opens a site that was copied elsewhere', () => {
    const path = folder();
    const site = createSite(path, 'A');
    const { id } = site.volumes.add(volume(1), { name: 'v', source: '/v' });
    site.close();
    const copy = join(folder(), 'copy');
    cpSync(path, copy, { recursive: true });
    rmSync(path, { recursive: true });
    expect(readVolume(openSite(copy).volumes.get(id).imageFile)).toEqual(volume(1));
  });
});

describe('the lock', () => {
  it('is held by one, who is named, while others read and write the catalogue', async () => {
    const path = folder();
    const site = createSite(path, 'A');
    const holder = storageProcess(
      "sitefolder.openSite(process.argv[1]).lock('pre-training'); console.log(process.pid); setInterval(() => {}, 1000);",
      path,
    );
    const pid = Number(await holder.line());
    expect(() => site.lock('fine-tuning')).toThrow(
      expect.objectContaining({
        code: 'storage.site-busy',
        details: { folder: path, pid, purpose: 'pre-training', since: expect.any(String) },
      }),
    );
    expect(site.volumes.add(volume(2), { name: 'v', source: '/v' }).name).toBe('v');
    expect(openSite(path).volumes.list()).toHaveLength(1);

    await holder.kill(); // ends without a word, and the lock with it
    const lock = site.lock('fine-tuning');
    expect(() => openSite(path).lock('a third')).toThrow(faultOf('storage.site-busy'));
    lock.release();
    site.lock('again').release();
  });
});

describe('the lock of a process that forgot it', () => {
  it('is held all the same', async () => {
    const path = folder();
    const site = createSite(path, 'A');
    // What nothing refers to is collected, and SQLite closes a collected database.
    const holder = storageProcess(
      `import { setFlagsFromString } from 'node:v8';
       import { runInNewContext } from 'node:vm';
       setFlagsFromString('--expose-gc');
       const collect = runInNewContext('gc');
       sitefolder.openSite(process.argv[1]).lock('pre-training');
       for (let i = 0; i < 5; i++) { collect(); await new Promise((resolve) => setTimeout(resolve, 5)); }
       console.log('collected'); setInterval(() => {}, 1000);`,
      path,
    );
    expect(await holder.line()).toBe('collected');
    expect(() => site.lock('fine-tuning')).toThrow(faultOf('storage.site-busy'));
    await holder.kill();
  });
});

describe('a site whose process is killed', () => {
  const script = `
    const site = sitefolder.openSite(process.argv[1]);
    const grid = { size: [40, 40, 40], spacing: [1, 1, 1], origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
    const run = site.runs.list()[0];
    for (let step = run.step + 1; ; step++) {
      const value = step + 0.5;
      const volume = site.volumes.add({ grid, sourceGrid: grid, voxels: new Float32Array(64000).fill(value) }, { name: String(step), source: '/x' });
      const weights = { w: { shape: [50000], data: new Float32Array(50000).fill(value) } };
      weightfile.writeWeights(run.folder + '/state.safetensors', weights, { plan: run.plan, kind: 'state', notes: { step: String(step) } }, { durable: false });
      const model = site.models.save({ kind: 'encoder', plan: run.plan, weights, run: run.id });
      const [entry] = site.ledger.append({ type: 'permission-withdrawn', permission: 'p' + step, by: 'test' });
      site.runs.update(run.id, { step });
      console.log(JSON.stringify({ step, volume: volume.id, model: model.id, entry }));
    }
  `;

  it('has lost nothing that was finished, and no half file shows', async () => {
    const path = folder();
    const first = createSite(path, 'A');
    first.runs.start('pretrain', plan, {});
    first.close();
    for (const delay of [3, 11, 24, 40, 57]) {
      const writer = storageProcess(script, path);
      const finished: { step: number; volume: string; model: string; entry: number }[] = [];
      for (let i = 0; i < 3; i++) finished.push(JSON.parse((await writer.line()) ?? ''));
      await new Promise((resolve) => setTimeout(resolve, delay)); // somewhere in the middle of a later write
      await writer.kill();

      const site = openSite(path);
      for (const { step, volume: id, model, entry } of finished) {
        expect(readVolume(site.volumes.get(id).imageFile).voxels[63_999]).toBe(step + 0.5);
        expect(readWeights(site.models.get(model).file).weights.w.data[49_999]).toBe(step + 0.5);
        expect(site.ledger.list()[entry - 1]).toMatchObject({ permission: `p${step}` });
      }
      const [run] = site.runs.list();
      expect(run.step).toBeGreaterThanOrEqual(finished[2].step);
      const { notes } = readWeights(join(run.folder, 'state.safetensors'));
      expect(Number(notes.step) - run.step).toBeOneOf([0, 1]); // the checkpoint is whole and at most one step ahead
      for (const { imageFile } of site.volumes.list()) readVolume(imageFile);
      for (const { file } of site.models.list()) readWeights(file);
      expect(site.ledger.verify().broken).toBeNull();
      const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
      expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
      site.close();
    }
  });
});

describe('a disk without room', () => {
  it.runIf(posix)('is named, and what was stored stays', () => {
    const path = folder();
    const site = createSite(path, 'A');
    site.ledger.append({ type: 'permission-withdrawn', permission: 'p', by: 'test' });
    site.close();
    const script = `
      const site = sitefolder.openSite(process.argv[1]);
      try { for (;;) site.ledger.append({ type: 'permission-withdrawn', permission: 'p'.repeat(5000), by: 'test' }) }
      catch (error) { console.log(error.code) }
    `;
    const source = `import * as sitefolder from ${JSON.stringify(import.meta.resolve('./site-folder.ts'))};${script}`;
    // A limit on file size stops a write half way as a full disk does.
    const command = 'ulimit -f 1024; exec "$0" --input-type=module -e "$1" "$2"';
    const { stdout } = spawnSync('bash', ['-c', command, process.execPath, source, path], { encoding: 'utf8' });
    expect(stdout.trim()).toBe('storage.disk-full');
    const after = openSite(path);
    expect(after.ledger.list()[0]).toMatchObject({ permission: 'p' });
    expect(after.ledger.verify().broken).toBeNull();
  });
});
