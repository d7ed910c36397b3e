/** Jobs on a device whose memory is too small for a batch, and jobs whose memory runs out. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineName } from '../../../shared/engine.ts';
import { testFolder } from '../../../tests/test-folder.ts';
import { largestDifference } from '../../learning/testing.ts';
import { readWeights } from '../../storage/weight-file.ts';
import { needOf, type Phase } from '../memory.ts';
import { startTestEngine, testEngine } from '../testing.ts';
import { finetuneJob, listeningJobs, makeSite, plan, pretrainJob, type TestSite } from './testing.ts';

let site: TestSite;
beforeAll(async () => {
  site = makeSite(testFolder().path, 3);
  await startTestEngine();
});
afterEach(() => {
  delete process.env.ISOCENTER_MEMORY_GB;
});

/** Lets training take as much as a step of so many slices at once needs. */
function giveRoomFor(phase: Phase, slices: number): void {
  process.env.ISOCENTER_MEMORY_GB = String(needOf(phase, plan, tf.getBackend() as EngineName, slices, 2) / 1e9);
}

const weightsIn = (file: string) => readWeights(site.path(file)).weights;

describe('jobs with too little memory for a batch', () => {
  it('pre-train in parts with the same result up to rounding, and say so once', async () => {
    const whole = await listeningJobs().jobs.pretrain(pretrainJob(site, 'whole'));
    expect(whole.parts).toBe(1);
    giveRoomFor('pretraining', 3);
    const { jobs, progress } = listeningJobs();
    const job = pretrainJob(site, 'parts');
    const { parts, losses } = await jobs.pretrain(job);
    expect(parts).toBe(3);
    losses.forEach((loss, step) => {
      expect(Math.abs(loss - whole.losses[step]) / loss).toBeLessThan(1e-4);
    });
    expect(largestDifference(weightsIn('parts.out'), weightsIn('whole.out'), '')).toBeLessThan(1e-3);
    await jobs.pretrain({ ...job, round: 2, weights: job.out, out: site.path('parts.out2') });
    const notices = progress.flatMap(({ step, notice }) => (notice ? [[step, notice]] : []));
    expect(notices).toEqual([[0, expect.stringMatching(/^The batch of 8 slices is computed in 3 parts/)]]);
  });

  it('fine-tune in parts with the same result up to rounding, also where they were stopped on a larger device', async () => {
    const whole = await listeningJobs().jobs.finetune(finetuneJob(site, 'at-once'));
    await expect(listeningJobs({ stopAfter: 3 }).jobs.finetune(finetuneJob(site, 'fine-moved'))).rejects.toThrow();
    giveRoomFor('finetuning', 3);
    for (const name of ['parts', 'moved']) {
      const { parts, losses } = await listeningJobs().jobs.finetune(finetuneJob(site, `fine-${name}`));
      expect(parts).toBe(3);
      losses.forEach((loss, step) => {
        expect(Math.abs(loss - whole.losses[step]) / loss).toBeLessThan(1e-4);
      });
      expect(largestDifference(weightsIn(`fine-${name}.out`), weightsIn('at-once.out'), '')).toBeLessThan(1e-3);
    }
  });

  it('segment the same with fewer slices at once', async () => {
    const job = { plan, weights: finetuneJob(site, 'start').weights };
    const { image } = site.volumes[0];
    const { jobs } = listeningJobs();
    await jobs.segment({ ...job, volumes: [{ image, out: site.path('whole.map') }] });
    giveRoomFor('segmentation', 3);
    await jobs.segment({ ...job, volumes: [{ image, out: site.path('parts.map') }] });
    expect(readFileSync(site.path('parts.map')).equals(readFileSync(site.path('whole.map')))).toBe(true);
  });

  it('refuse what cannot fit before they compute anything', async () => {
    process.env.ISOCENTER_MEMORY_GB = '0.001';
    const { jobs, progress } = listeningJobs();
    const tooLittle = {
      code: 'engine.too-little-memory',
      message: expect.stringMatching(/needs \d+ MB of memory, and .* has \d+ MB/),
    };
    await expect(jobs.pretrain(pretrainJob(site, 'refused'))).rejects.toMatchObject(tooLittle);
    await expect(jobs.finetune(finetuneJob(site, 'refused'))).rejects.toMatchObject(tooLittle);
    expect(progress).toEqual([]);
  });
});

describe.runIf(testEngine === 'wasm')('a job whose memory runs out all the same', () => {
  /** Takes all the memory that is left, in pieces that become ever smaller. */
  function takeAll(): tf.Tensor[] {
    const taken: tf.Tensor[] = [];
    for (let bytes = 2 ** 28; bytes >= 2 ** 14; ) {
      try {
        const { dataId, shape } = (tf.backend() as unknown as Outputs).makeOutput([bytes / 4], 'float32');
        taken.push(tf.engine().makeTensorFromDataId(dataId, shape, 'float32'));
      } catch {
        bytes /= 2;
      }
    }
    return taken;
  }
  interface Outputs {
    makeOutput(shape: number[], dtype: string): tf.TensorInfo;
  }

  it('ends with an error that says so and no wrong number, and goes on from its last step', async () => {
    const plain = await listeningJobs().jobs.finetune(finetuneJob(site, 'plain'));
    const job = finetuneJob(site, 'full');
    const { jobs, progress } = listeningJobs();
    let taken: tf.Tensor[] = [];
    progress.push = (each) => {
      if (each.step === 2) taken = takeAll();
      return Array.prototype.push.call(progress, each);
    };
    await expect(jobs.finetune(job)).rejects.toMatchObject({ code: 'engine.out-of-memory' });
    expect(progress.map(({ step }) => step)).toEqual([1, 2]);
    tf.dispose(taken);

    const resumed = await listeningJobs().jobs.finetune(job);
    expect(resumed.losses).toEqual(plain.losses);
    expect(readFileSync(site.path('full.out')).equals(readFileSync(site.path('plain.out')))).toBe(true);
  });
});
