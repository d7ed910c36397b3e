import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { meanOfKnown } from '../../../shared/mean.ts';
import type { Plan } from '../../../shared/plan.ts';
import { volumeDice } from '../../../shared/score-summary.ts';
import { testFolder } from '../../../tests/test-folder.ts';
import { readLabelFile } from '../../storage/volume-file.ts';
import { oneIslandLabels, readWeights } from '../../storage/weight-file.ts';
import { initialise } from './initialise.ts';
import { finetuneJob, listeningJobs, makeSite, plan, type TestSite } from './testing.ts';

let site: TestSite;
beforeAll(() => {
  site = makeSite(testFolder().path, 3);
});

describe('finetune', () => {
  it('gives the same bytes whether or not it was cancelled in between, with the whole learning curve', async () => {
    const validation = site.volumes.slice(2);
    const curve = { validation, validateAt: [0, 3, 6] };
    const plain = await listeningJobs().jobs.finetune(finetuneJob(site, 'plain', curve));
    expect(plain.steps).toBe(6);
    expect(plain.losses).toHaveLength(6);
    expect(plain.dice.map(({ step }) => step)).toEqual([0, 3, 6]);
    for (const { dice, perLabel, volumes } of plain.dice) {
      expect(dice).toBeCloseTo(meanOfKnown(perLabel) ?? Number.NaN, 12);
      expect(dice).toBeCloseTo(meanOfKnown(volumes) ?? Number.NaN, 12);
    }

    const job = finetuneJob(site, 'stopped', curve);
    // Before the score that is due at step 3.
    await expect(listeningJobs({ stopAfter: 3 }).jobs.finetune(job)).rejects.toThrow();
    const { jobs, progress } = listeningJobs();
    const resumed = await jobs.finetune(job);
    expect(progress.map(({ step, dice }) => [step, dice !== undefined])).toEqual([
      [3, true],
      [4, false],
      [5, false],
      [6, false],
      [6, true],
    ]);
    expect({ ...resumed, seconds: 0 }).toEqual({ ...plain, seconds: 0 });
    expect(readFileSync(site.path('stopped.out')).equals(readFileSync(site.path('plain.out')))).toBe(true);
  });

  it('gives the same bytes after a stop also with averaged weights, a falling rate and an end that is found', async () => {
    const strong = { bend: 0.05, gamma: 0.3, blur: 1 };
    const recipe: Plan = {
      ...plan,
      finetuneUntil: 'flat',
      finetuneSteps: 1020,
      finetuneFall: 0.25,
      finetuneAveraging: 0.99,
      finetuneRate: 1e-9, // learns nothing, so that it is flat as soon as that may be said
      finetuneBatch: 2,
      augmentation: { ...plan.augmentation, ...strong },
    };
    const job = (name: string) => finetuneJob(site, name, { plan: recipe, steps: 1020 });
    const whole = await listeningJobs().jobs.finetune(job('flat'));
    expect(whole.steps).toBe(1000); // flat after 750 steps, and a quarter of all to settle
    await expect(listeningJobs({ stopAfter: 760 }).jobs.finetune(job('flat-stopped'))).rejects.toThrow();
    const resumed = await listeningJobs().jobs.finetune(job('flat-stopped'));
    expect(resumed.losses).toEqual(whole.losses);
    expect(readFileSync(site.path('flat-stopped.out')).equals(readFileSync(site.path('flat.out')))).toBe(true);
  });

  it('hands over averaged weights, which are not those of the last step', async () => {
    const averaging: Plan = { ...plan, finetuneSteps: 6, finetuneAveraging: 0.9 };
    await listeningJobs().jobs.finetune(finetuneJob(site, 'averaged', { plan: averaging }));
    const [averaged, last] = ['averaged.out', 'plain.out'].map((name) => readWeights(site.path(name)).weights);
    const name = 'decoder.head.bias';
    expect(averaged[name].data).not.toEqual(last[name].data);
    const start = readWeights(site.path('unet-start')).weights[name].data;
    const moved = (data: ArrayLike<number>) => Math.hypot(...Array.from(data, (value, at) => value - start[at]));
    expect(moved(averaged[name].data)).toBeLessThan(moved(last[name].data)); // it lags behind
  });

  it('does in two parts what it does in one, when the weights between are its own', async () => {
    const { jobs } = listeningJobs();
    const first = finetuneJob(site, 'parts', { steps: 2 });
    await jobs.finetune(first);
    await jobs.finetune({ ...first, weights: first.out, fromStep: 2, steps: 4, out: site.path('parts.end') });
    expect(readWeights(site.path('parts.end')).weights).toEqual(readWeights(site.path('plain.out')).weights);
  });

  it('begins anew with other start weights instead of continuing from what the first ones became', async () => {
    const { jobs } = listeningJobs();
    initialise({ plan: { ...plan, seed: 99 }, parts: ['encoder', 'decoder'], out: site.path('other-start') });
    const fresh = finetuneJob(site, 'fresh', { weights: site.path('other-start') });
    await jobs.finetune(fresh);
    await jobs.finetune({ ...fresh, state: site.path('plain.state'), out: site.path('replaced.out') });
    expect(readFileSync(site.path('replaced.out')).equals(readFileSync(site.path('fresh.out')))).toBe(true);
  });

  it('learns, and segments on the grid of the volume as well as its learning curve says', async () => {
    const { jobs, progress } = listeningJobs();
    const validation = [site.volumes[2]];
    const job = finetuneJob(site, 'long', { steps: 200, validation, validateAt: [200] });
    const before = tf.memory().numTensors;
    const { dice, oneIsland } = await jobs.finetune(job);
    expect(dice[0].dice).toBeGreaterThan(0.8);

    const out = site.path('predicted');
    progress.length = 0;
    const { slices } = await jobs.segment({ plan, weights: job.out, volumes: [{ image: validation[0].image, out }] });
    expect(slices).toBe(10);
    expect(progress).toEqual([{ step: 1, steps: 1 }]);
    expect(tf.memory().numTensors).toBe(before);
    const reference = validation[0].labels as string;
    expect(readLabelFile(out).grid).toEqual(readLabelFile(reference).grid);

    const [scores] = await jobs.evaluate({ pairs: [{ prediction: out, reference }], labels: [1, 2] });
    expect(scores.map(({ label }) => label)).toEqual([1, 2]);
    const mean = volumeDice(scores) ?? Number.NaN;
    const validated = dice[0].dice ?? Number.NaN;
    // The curve is scored on the volume's own grid as well; dropping islands, where it is done, only helps.
    if (oneIsland.length === 0) expect(mean).toBeCloseTo(validated, 9);
    else expect(mean).toBeGreaterThan(validated);
    expect(oneIslandLabels(readWeights(job.out).notes)).toEqual(oneIsland);
    expect(scores[0].referenceVolume).toBeGreaterThan(0);
  });

  it('refuses volumes without labels, by name', async () => {
    const { id, image } = site.volumes[1];
    const job = finetuneJob(site, 'unlabelled', { volumes: [{ id, image }] });
    await expect(listeningJobs().jobs.finetune(job)).rejects.toMatchObject({
      code: 'engine.no-slices',
      message: expect.stringContaining('v1'),
    });
  });
});
