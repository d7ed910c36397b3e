import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planHash } from '../../shared/hash.ts';
import { planSchema } from '../../shared/plan.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { createSite } from './site-folder.ts';
import { readWeights } from './weight-file.ts';

const site = () => createSite(testFolder().path, 'A');
const plan = planSchema.parse({ seed: 5 });
const weights = { 'encoder.a': { shape: [2], data: Float32Array.of(1, 2) } };

describe('Models', () => {
  it('are saved with a short id, their plan and their weights', () => {
    const { models, runs } = site();
    const run = runs.start('pretrain', plan, {}).id;
    const model = models.save({ kind: 'encoder', plan, weights, run, note: '2 rounds' });
    expect(model.id).toMatch(/^encoder-[0-9a-f]{4}$/);
    expect(model).toMatchObject({
      kind: 'encoder',
      plan,
      planHash: planHash(plan),
      run,
      note: '2 rounds',
      scores: null,
    });
    expect(readWeights(model.file)).toMatchObject({ kind: 'encoder', plan });
    expect({ ...readWeights(model.file).weights }).toEqual(weights);
    expect(models.list()).toEqual([model]);
    expect(models.get(model.id)).toEqual(model);
  });

  it('never share an id', () => {
    const { models } = site();
    const ids = Array.from({ length: 400 }, () => models.save({ kind: 'unet', plan, weights: {} }).id);
    expect(new Set(ids).size).toBe(400); // of 65,536: two of 400 draws alike is the rule, not the exception
  });

  it('keep their scores', () => {
    const { models } = site();
    const { id } = models.save({ kind: 'unet', plan, weights });
    const scores = { volumes: [0.75, null, 0.5] };
    expect(models.score(id, scores).scores).toEqual(scores);
    expect(() => models.score('none', scores)).toThrow(expect.objectContaining({ code: 'storage.no-such-model' }));
  });

  it('go with their file', () => {
    const { models } = site();
    const { id, file } = models.save({ kind: 'unet', plan, weights });
    models.remove(id);
    expect([models.list(), existsSync(file)]).toEqual([[], false]);
    expect(() => models.get(id)).toThrow(expect.objectContaining({ code: 'storage.no-such-model' }));
  });

  it('leave no row where the file cannot be written', () => {
    const { models, path } = site();
    rmSync(join(path, 'models'), { recursive: true });
    expect(() => models.save({ kind: 'unet', plan, weights })).toThrow(
      expect.objectContaining({ code: 'storage.not-writable' }),
    );
    expect(models.list()).toEqual([]);
  });
});
