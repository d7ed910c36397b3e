import { describe, expect, it } from 'vitest';
import { planSchema } from '../../shared/plan.ts';
import { testFolder } from '../../tests/test-folder.ts';
import type { VolumeRecord } from '../storage/catalogue.ts';
import { type Lineage, lineageOfVolumes, nothingLearnt } from '../storage/lineage.ts';
import { createSite, type SiteFolder } from '../storage/site-folder.ts';
import { makeCohort } from './cohorts.ts';
import { smallVolume } from './testing.ts';
import {
  allVolumes,
  labelledVolumes,
  learnable,
  learningVolumesOfRun,
  learningWords,
  splitLabelled,
} from './volumes.ts';

const plan = planSchema.parse({});
const code = (name: string) => expect.objectContaining({ code: name });
const ids = (volumes: { id: string }[]) => volumes.map(({ id }) => id).toSorted();

function makeSite(): { folder: SiteFolder; add: (index: number, what?: { sample?: boolean }) => VolumeRecord } {
  const folder = createSite(testFolder().path, 'Riverside');
  const add = (index: number, { sample = false } = {}) => {
    const { volume, labels } = smallVolume(index);
    const { id } = folder.volumes.add(volume, { name: `case ${index}`, source: '/v', sample });
    return folder.volumes.attachLabels(id, labels, '/l');
  };
  return { folder, add };
}

const modelWith = (folder: SiteFolder, lineage: Lineage) =>
  folder.models.save({ kind: 'encoder', plan, weights: {}, lineage });

describe('what a run learns from', () => {
  it('is never held out, and never kept for validation', () => {
    const { folder, add } = makeSite();
    const [a, b, c, d] = [1, 2, 3, 4].map((index) => add(index));
    makeCohort(folder, 'test', 'held-out', [a]);
    makeCohort(folder, 'check', 'validation', [b]);
    makeCohort(folder, 'few', 'training', [c]);
    expect(ids(allVolumes(folder))).toEqual(ids([c, d]));
    expect(ids(labelledVolumes(folder, 'all', 1))).toEqual(ids([c, d]));
    expect(() => labelledVolumes(folder, 3, 1)).toThrow(code('site.too-few-labels'));
    expect(ids(allVolumes(folder, 'few'))).toEqual([c.id]);
    expect(() => allVolumes(folder, 'test')).toThrow(code('site.cohort-of-other-role'));
    expect(() => allVolumes(folder, 'none')).toThrow(code('storage.no-such-cohort'));
    folder.cohorts.take('few', [c]);
    expect(() => allVolumes(folder, 'few')).toThrow(code('site.nothing-to-learn-from'));
  });

  it('stays apart also where a run goes on after a volume was held out', () => {
    const { folder, add } = makeSite();
    const [a, b] = [add(1), add(2)];
    const run = folder.runs.start('pretrain', plan, { volumes: [a.id, b.id] });
    expect(() => makeCohort(folder, 'test', 'held-out', [a])).toThrow(code('site.volumes-in-use'));
    folder.runs.update(run.id, { state: 'paused' });
    makeCohort(folder, 'test', 'held-out', [a]);
    expect(() => learningVolumesOfRun(folder, run.id, [a.id, b.id])).toThrow(
      expect.objectContaining({
        code: 'site.run-volume-held-out',
        details: { run: run.id, volume: 'case 1', cohort: 'test' },
      }),
    );
    expect(ids(learningVolumesOfRun(folder, run.id, [b.id]))).toEqual([b.id]);
  });

  it('is samples as long as there is nothing else, and says so', () => {
    const { folder, add } = makeSite();
    const sample = add(1, { sample: true });
    expect(learnable(folder)).toEqual({ volumes: 1, labelled: 1, unseen: 1, samples: true });
    expect(learningWords(folder, 'volumes', allVolumes(folder))).toBe('1 volumes, made-up samples');
    const patient = add(2);
    expect(ids(allVolumes(folder))).toEqual([patient.id]);
    expect(ids(labelledVolumes(folder, 'all', 1))).toEqual([patient.id]);
    makeCohort(folder, 'both', 'training', [sample, patient]);
    expect(ids(allVolumes(folder, 'both'))).toEqual([patient.id]);
    makeCohort(folder, 'tried', 'training', [sample]);
    expect(ids(allVolumes(folder, 'tried'))).toEqual([sample.id]);
  });
});

describe('splitLabelled', () => {
  const split = { count: 'all' as const, seed: 1, holdOut: 2 };

  it('holds out what the start has not seen, in place of what it has', () => {
    const { folder, add } = makeSite();
    const volumes = Array.from({ length: 6 }, (_, index) => add(index));
    const { heldOut } = splitLabelled(folder, split);
    const seen = volumes.filter(({ id }) => ids(heldOut).includes(id));
    const start = modelWith(folder, lineageOfVolumes(seen));
    const redrawn = splitLabelled(folder, { ...split, start });
    expect(redrawn.heldOut).toHaveLength(2);
    expect(ids(redrawn.heldOut).filter((id) => ids(seen).includes(id))).toEqual([]);
    expect(ids([...redrawn.learning, ...redrawn.heldOut])).toEqual(ids(volumes));
  });

  it('refuses where too few are left, and says which model has seen them', () => {
    const { folder, add } = makeSite();
    const volumes = [add(1), add(2), add(3)];
    const start = modelWith(folder, lineageOfVolumes(volumes.slice(1)));
    expect(splitLabelled(folder, { ...split, holdOut: 1, start }).heldOut.map(({ id }) => id)).toEqual([volumes[0].id]);
    expect(() => splitLabelled(folder, { ...split, start })).toThrow(
      expect.objectContaining({
        code: 'site.validation-seen',
        details: { model: start.id, where: 'site Riverside', wanted: 2, found: 1 },
      }),
    );
    const unknown = modelWith(folder, { ...nothingLearnt, complete: false });
    expect(() => splitLabelled(folder, { ...split, start: unknown })).toThrow(code('site.validation-seen'));
    expect(splitLabelled(folder, { ...split, holdOut: 0, start: unknown }).learning).toHaveLength(3);
  });

  it('validates on a cohort, less what the start has seen', () => {
    const { folder, add } = makeSite();
    const [a, b, c, d] = [1, 2, 3, 4].map((index) => add(index));
    makeCohort(folder, 'check', 'validation', [a, b]);
    const asked = { ...split, holdOut: 0, validation: 'check' };
    const chosen = splitLabelled(folder, asked);
    expect([ids(chosen.learning), ids(chosen.heldOut)]).toEqual([ids([c, d]), ids([a, b])]);
    const start = modelWith(folder, lineageOfVolumes([a]));
    expect(ids(splitLabelled(folder, { ...asked, start }).heldOut)).toEqual([b.id]);
    const whole = modelWith(folder, lineageOfVolumes([a, b]));
    expect(() => splitLabelled(folder, { ...asked, start: whole })).toThrow(code('site.validation-seen'));
  });
});
