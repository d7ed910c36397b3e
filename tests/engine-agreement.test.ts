/**
 * Every engine that works here computes the same: losses of five steps of both trainings to 1e-3, and labels of 99.9 %
 * of the voxels of a segmentation. Each runs in a trainer process of its own, as at a site, and `webgpu` on a card that
 * the processor plays. An engine that does not work here is reported as skipped, with the reason.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { Trainer } from '../electron/engine/client.ts';
import {
  finetuneJob,
  makeSite,
  pretrainJob,
  plan as smallPlan,
  type TestSite,
} from '../electron/engine/jobs/testing.ts';
import { readLabelFile } from '../electron/storage/volume-file.ts';
import { type EngineName, engineNames } from '../shared/engine.ts';
import type { Plan } from '../shared/plan.ts';
import { softwareVulkan } from './software-vulkan.ts';
import { testFolder } from './test-folder.ts';

Object.assign(process.env, await softwareVulkan()); // for the trainers

const STEPS = 5;
const REFERENCE: EngineName = 'wasm'; // it works everywhere
const plan: Plan = { ...smallPlan, baseWidth: 8, stepsPerRound: STEPS };

let site: TestSite;
beforeAll(() => {
  site = makeSite(testFolder().path, 3);
});

interface Computed {
  pretraining: number[]; // losses
  finetuning: number[];
  labels: Uint8Array; // of every voxel
}

async function compute(engine: EngineName): Promise<Computed> {
  const trainer = new Trainer(undefined, () => engine);
  try {
    const pretraining = await trainer.run('pretrain', pretrainJob(site, `${engine}-pretraining`, { plan }));
    const job = finetuneJob(site, `${engine}-finetuning`, { plan, steps: STEPS, volumes: site.volumes.slice(0, 2) });
    const finetuning = await trainer.run('finetune', job);
    const out = site.path(`${engine}.labels`);
    await trainer.run('segment', { plan, weights: job.out, volumes: [{ image: site.volumes[2].image, out }] });
    return { pretraining: pretraining.losses, finetuning: finetuning.losses, labels: readLabelFile(out).voxels };
  } finally {
    await trainer.close();
  }
}

async function whyNot(engine: EngineName): Promise<string | null> {
  const trainer = new Trainer();
  try {
    const { look } = await trainer.run('inspect', { engine, measure: false });
    return look.usable ? null : look.reason;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await trainer.close();
  }
}

describe('engines', async () => {
  const others = engineNames.filter((name) => name !== REFERENCE);
  const reasons = await Promise.all(others.map(whyNot));
  let reference: Computed;
  beforeAll(async () => {
    reference = await compute(REFERENCE);
  });

  it(`${REFERENCE} labels something`, () => {
    expect(reference.pretraining).toHaveLength(STEPS);
    expect(new Set(reference.labels).size).toBeGreaterThan(1);
  });

  others.forEach((engine, i) => {
    const reason = reasons[i];
    const title = `${engine} computes what ${REFERENCE} does`;
    it.skipIf(reason !== null)(
      reason === null ? title : `${title} (not run: ${reason})`,
      { timeout: 300_000 },
      async () => {
        const computed = await compute(engine);
        for (const part of ['pretraining', 'finetuning'] as const) {
          computed[part].forEach((loss, step) => {
            expect(Math.abs(loss / reference[part][step] - 1), `${part}, step ${step + 1}`).toBeLessThan(1e-3);
          });
        }
        const same = computed.labels.filter((label, voxel) => label === reference.labels[voxel]).length;
        expect(same / computed.labels.length).toBeGreaterThanOrEqual(0.999);
      },
    );
  });
});
