import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planHash } from '../../shared/hash.ts';
import { planSchema } from '../../shared/plan.ts';
import { createSite, openSite } from './site-folder.ts';

const site = () => createSite(mkdtempSync(join(tmpdir(), 'isocenter-')), 'A');
const plan = planSchema.parse({ rounds: 2 });

describe('Runs', () => {
  it('start running, with a folder, their plan and what they need to go on', () => {
    const { runs } = site();
    const run = runs.start('federated', plan, { coordinator: 'wss://a:1', labelled: ['x', 'y'] });
    expect(run).toMatchObject({ kind: 'federated', state: 'running', round: 0, step: 0, endedAt: null, plan });
    expect(run.planHash).toBe(planHash(plan));
    expect(run.details).toEqual({ coordinator: 'wss://a:1', labelled: ['x', 'y'] });
    expect(existsSync(run.folder)).toBe(true);
    expect(runs.list()).toEqual([run]);
  });

  it('note progress, and keep it for the next process', () => {
    const first = site();
    const { id } = first.runs.start('pretrain', plan);
    first.runs.update(id, { round: 1, step: 7, note: 'waiting' });
    first.close();
    expect(openSite(first.path).runs.get(id)).toMatchObject({ round: 1, step: 7, note: 'waiting', state: 'running' });
  });

  it.each(['finished', 'cancelled'] as const)('are over once %s', (state) => {
    const { runs } = site();
    const { id } = runs.start('pretrain', plan);
    const run = runs.update(id, { state });
    expect(run.endedAt).toBe(run.updatedAt);
    expect(() => runs.update(id, { step: 1 })).toThrow(
      expect.objectContaining({ code: 'storage.run-is-over', details: { id, state } }),
    );
  });

  it.each(['paused', 'failed'] as const)('can go on when %s', (state) => {
    const { runs } = site();
    const { id } = runs.start('pretrain', plan);
    expect(runs.update(id, { state }).endedAt).toBeNull();
    expect(runs.update(id, { state: 'running' }).state).toBe('running');
  });

  it('are paused when their process ended without a word', () => {
    const { runs } = site();
    const killed = runs.start('pretrain', plan);
    const done = runs.start('finetune', plan);
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
    const { id } = runs.start('federated', plan);
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
    expect(runs.metrics(runs.start('federated', plan).id)).toEqual([]);
  });
});
