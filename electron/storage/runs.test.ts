import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { planHash } from '../../shared/hash.ts';
import { planSchema } from '../../shared/plan.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { runOf } from './runs.ts';
import { createSite, openSite } from './site-folder.ts';

const site = () => createSite(testFolder().path, 'A');
const plan = planSchema.parse({ rounds: 2 });
const federated = { federation: 'F', coordinator: 'aaaa bbbb', invitation: '0123' };

describe('Runs', () => {
  it('start running, with a folder, their plan and what they need to go on', () => {
    const { runs } = site();
    const run = runs.start('federated', plan, federated);
    expect(run).toMatchObject({ kind: 'federated', state: 'running', round: 0, step: 0, endedAt: null, plan });
    expect(run.planHash).toBe(planHash(plan));
    expect(run.details).toEqual(federated);
    expect(existsSync(run.folder)).toBe(true);
    expect(runs.list()).toEqual([run]);
  });

  it('need what their kind needs: a row of another shape is an error, not a guess', () => {
    const { runs, path } = site();
    const { id } = runs.start('segment', plan, { model: 'unet-0001', volumes: ['a'] });
    expect(runOf('segment', runs.get(id)).details.volumes).toEqual(['a']);
    expect(() => runOf('finetune', runs.get(id))).toThrow(
      expect.objectContaining({ code: 'storage.other-kind-of-run' }),
    );
    const database = new Sqlite(join(path, 'site.sqlite'));
    const write = (details: object) => database.prepare('UPDATE runs SET details = ?').run(JSON.stringify(details));
    write({ model: 'unet-0001' });
    expect(() => runs.get(id)).toThrow(expect.objectContaining({ code: 'storage.database-broken' }));
    database.close();
  });

  it('of pre-training that an early version began without a list of volumes go on with what is there', () => {
    const { runs } = site();
    expect(runOf('pretrain', runs.start('pretrain', plan, {})).details.volumes).toBeUndefined();
  });

  it('note progress, and keep it for the next process', () => {
    const first = site();
    const { id } = first.runs.start('pretrain', plan, {});
    first.runs.update(id, { round: 1, step: 7, note: 'waiting' });
    first.close();
    expect(openSite(first.path).runs.get(id)).toMatchObject({ round: 1, step: 7, note: 'waiting', state: 'running' });
  });

  it.each(['finished', 'cancelled'] as const)('are over once %s', (state) => {
    const { runs } = site();
    const { id } = runs.start('pretrain', plan, {});
    const run = runs.update(id, { state });
    expect(run.endedAt).toBe(run.updatedAt);
    expect(() => runs.update(id, { step: 1 })).toThrow(
      expect.objectContaining({ code: 'storage.run-is-over', details: { id, state } }),
    );
  });

  it.each(['paused', 'failed'] as const)('can go on when %s', (state) => {
    const { runs } = site();
    const { id } = runs.start('pretrain', plan, {});
    expect(runs.update(id, { state }).endedAt).toBeNull();
    expect(runs.update(id, { state: 'running' }).state).toBe('running');
  });

  it('are paused when their process ended without a word', () => {
    const { runs } = site();
    const killed = runs.start('pretrain', plan, {});
    const done = runs.start('finetune', plan, { from: 'random', volumes: [] });
    runs.update(done.id, { state: 'finished' });
    expect(runs.pauseInterrupted().map(({ id }) => id)).toEqual([killed.id]);
    expect(runs.get(killed.id).state).toBe('paused');
    expect(runs.get(done.id).state).toBe('finished');
  });

  it('are known by their id alone', () => {
    const { runs } = site();
    expect(() => runs.get('none')).toThrow(expect.objectContaining({ code: 'storage.no-such-run' }));
    expect(() => runs.update('none', {})).toThrow(expect.objectContaining({ code: 'storage.no-such-run' }));
  });

  it('record a step done twice once, and count bytes over restarts', () => {
    const { runs } = site();
    const { id } = runs.start('federated', plan, federated);
    runs.record(id, { round: 1, step: 2 }, { loss: 3, seconds: 1 });
    runs.record(id, { round: 1, step: 2 }, { loss: 2.5 });
    runs.record(id, { round: 1, step: 1 }, { loss: 4, dice: Number.NaN, seconds: undefined });
    runs.count(id, { round: 1, step: 0 }, { 'bytes-up-features': 100 });
    runs.count(id, { round: 1, step: 0 }, { 'bytes-up-features': 20, 'bytes-down-weights': 5 });
    expect(runs.metrics(id)).toEqual([
      { round: 1, step: 0, name: 'bytes-down-weights', value: 5 },
      { round: 1, step: 0, name: 'bytes-up-features', value: 120 },
      { round: 1, step: 1, name: 'loss', value: 4 },
      { round: 1, step: 2, name: 'loss', value: 2.5 },
      { round: 1, step: 2, name: 'seconds', value: 1 },
    ]);
    expect(runs.metrics(runs.start('federated', plan, federated).id)).toEqual([]);
  });
});
