/** A site of version 0.3, as its database stood then, opened now. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { planSchema, planText } from '../../shared/plan.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { migrate, migrations } from './migrations.ts';
import { openSite } from './site-folder.ts';

const STEPS_OF_0_3 = 6;
const grid = { size: [1, 1, 1], spacing: [1, 1, 1], origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };

interface EarlierVolume {
  source?: string;
  importedAt?: string;
  labels?: string;
  origin?: object;
}

/** Rows as that version wrote them. */
class EarlierSite {
  readonly path = testFolder().path;
  readonly #database = new Sqlite(join(this.path, 'site.sqlite'));

  constructor() {
    migrate(this.#database, migrations.slice(0, STEPS_OF_0_3), 'site.sqlite');
    this.#database.prepare("INSERT INTO site (one, name, created_at) VALUES (1, 'A', 'now')").run();
  }

  volume(id: string, { source = '/v', importedAt = '2026-01-01', labels, origin }: EarlierVolume = {}): void {
    const row = [id, id, source, `hash-${id}`, JSON.stringify({ grid, sourceGrid: grid }), importedAt];
    this.#database
      .prepare(
        `INSERT INTO volumes (id, name, source, content_hash, grid, imported_at, labels, label_origin)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(...row, labels ?? null, origin ? JSON.stringify(origin) : null);
  }

  run(id: string, kind: string, details: object, plan = planSchema.parse({})): void {
    this.#database
      .prepare(
        `INSERT INTO runs (id, kind, plan, plan_hash, details, state, round, step, note, started_at, updated_at, ended_at)
         VALUES (?, ?, ?, '', ?, 'finished', 0, 0, '', '2026-02-01', '2026-02-01', '2026-02-01')`,
      )
      .run(id, kind, planText(plan), JSON.stringify(details));
  }

  model(id: string, run: string | null, createdAt: string): void {
    this.#database
      .prepare(
        "INSERT INTO models (id, kind, plan, plan_hash, run, note, created_at) VALUES (?, 'unet', ?, '', ?, '', ?)",
      )
      .run(id, planText(planSchema.parse({})), run, createdAt);
  }

  map(id: string, volume: string, rest: { kind: string; model?: string; basis?: string; createdAt?: string }): void {
    mkdirSync(join(this.path, 'volumes', `${volume}.maps`), { recursive: true });
    this.#database
      .prepare(
        `INSERT INTO label_maps (id, volume, kind, name, model, basis, verdict, labels, folded, position, revision, created_at, changed_at)
         VALUES (?, ?, ?, '', ?, ?, 'open', '[]', 0, 0, 0, ?, '')`,
      )
      .run(id, volume, rest.kind, rest.model ?? null, rest.basis ?? null, rest.createdAt ?? '2026-03-01');
  }

  open() {
    this.#database.close();
    return openSite(this.path);
  }
}

describe('lineages of models of version 0.3', () => {
  it('follow from their runs, over their starts', () => {
    const earlier = new EarlierSite();
    for (const id of ['a', 'b', 'c', 'd']) earlier.volume(id);
    earlier.run('pretrain-1', 'pretrain', { volumes: ['a', 'b'] });
    earlier.run('finetune-1', 'finetune', { from: 'encoder-1', volumes: ['c'], holdOut: ['d'] });
    earlier.model('encoder-1', 'pretrain-1', '2026-02-01');
    earlier.model('unet-1', 'finetune-1', '2026-02-02');
    const { models } = earlier.open();
    expect(models.get('unet-1').lineage).toEqual({
      ancestors: ['encoder-1'],
      volumes: ['hash-a', 'hash-b', 'hash-c'],
      complete: true,
    });
  });

  it('are noted once: what is removed after that stays known', () => {
    const earlier = new EarlierSite();
    earlier.volume('a');
    earlier.run('finetune-1', 'finetune', { from: 'random', volumes: ['a'] });
    earlier.model('unet-1', 'finetune-1', '2026-02-01');
    const site = earlier.open();
    site.volumes.remove('a');
    site.close();
    expect(openSite(site.path).models.get('unet-1').lineage).toEqual({
      ancestors: [],
      volumes: ['hash-a'],
      complete: true,
    });
  });

  it('are known in part where volumes, starts or a federation cannot be looked up', () => {
    const earlier = new EarlierSite();
    earlier.volume('a', { labels: '[1]' });
    earlier.volume('later', { importedAt: '2026-02-02', labels: '[1]' });
    earlier.run('finetune-1', 'finetune', { from: 'encoder-gone', volumes: ['a'] });
    earlier.run('finetune-2', 'finetune', { from: 'random', volumes: ['a', 'gone'] });
    earlier.run('federated-1', 'federated', { federation: 'F', coordinator: 'c', invitation: 'i' });
    earlier.model('unet-1', 'finetune-1', '2026-02-01');
    earlier.model('unet-2', 'finetune-2', '2026-02-01');
    earlier.model('unet-3', 'federated-1', '2026-02-01');
    earlier.model('unet-4', null, '2026-02-01');
    const { models } = earlier.open();
    const part = { ancestors: [], volumes: ['hash-a'], complete: false };
    expect(models.get('unet-1').lineage).toEqual({ ...part, ancestors: ['encoder-gone'] });
    expect(models.get('unet-2').lineage).toEqual(part);
    expect(models.get('unet-3').lineage).toEqual(part);
    expect(models.get('unet-4').lineage).toEqual({ ...part, volumes: [] });
  });
});

describe('label maps and volumes of version 0.3', () => {
  const origin = (map: string, at = '2026-03-02') => ({ map, kind: 'drawing', person: 'anna', at });

  it('know whose output they hold, as far as their bases tell', () => {
    const earlier = new EarlierSite();
    for (const id of ['a', 'imported'])
      earlier.volume(id, { labels: '[1]', origin: id === 'a' ? origin('drawing-1') : undefined });
    earlier.volume('lost', { labels: '[1]', origin: origin('gone') });
    earlier.map('prediction-1', 'a', { kind: 'prediction', model: 'unet-1' });
    earlier.map('drawing-1', 'a', { kind: 'drawing', model: 'unet-1', basis: 'prediction-1' });
    earlier.map('drawing-2', 'a', { kind: 'drawing', basis: 'training-a', createdAt: '2026-03-03' });
    earlier.map('drawing-3', 'a', { kind: 'drawing' });
    earlier.map('drawing-4', 'imported', { kind: 'drawing', basis: 'training-imported' });
    earlier.map('drawing-5', 'lost', { kind: 'drawing', basis: 'training-lost', createdAt: '2026-03-03' });
    const { labelMaps, volumes } = earlier.open();
    const models = ['prediction-1', 'drawing-1', 'drawing-2', 'drawing-3', 'drawing-4', 'drawing-5'].map(
      (id) => labelMaps.get(id).models,
    );
    expect(models).toEqual([['unet-1'], ['unet-1'], ['unet-1'], [], [], null]);
    expect(volumes.get('a').labelOrigin).toEqual({ ...origin('drawing-1'), models: ['unet-1'] });
    expect(volumes.get('lost').labelOrigin).toEqual({ ...origin('gone'), models: null });
    expect(volumes.get('imported').labelOrigin).toBeNull();
  });

  it('are samples where they were made by this program', () => {
    const earlier = new EarlierSite();
    earlier.volume('made', { source: 'sample data' });
    earlier.volume('scanned');
    const { volumes } = earlier.open();
    expect(volumes.list().map(({ id, sample }) => [id, sample])).toEqual([
      ['made', true],
      ['scanned', false],
    ]);
  });
});
