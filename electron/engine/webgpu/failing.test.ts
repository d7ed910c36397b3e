/**
 * A graphics card that fails in the middle of a step: the job ends with what happened, and goes on from its checkpoint.
 */
import { copyFileSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineChoice } from '../../../shared/engine.ts';
import { testFolder } from '../../../tests/test-folder.ts';
import { readWeights } from '../../storage/weight-file.ts';
import { Trainer } from '../client.ts';
import { finetuneJob, makeSite, plan, type TestSite } from '../jobs/testing.ts';
import { forkTrainer } from '../launch.ts';

const failing = new URL('testing.ts', import.meta.url).pathname;
const small = { plan: { ...plan, finetuneBatch: 2 }, steps: 3 };

let site: TestSite;
let choice: EngineChoice = 'webgpu';
let begun = 0; // processes of the trainer
const trainer = new Trainer(
  (script) => forkTrainer(begun++ === 0 ? failing : script),
  () => choice,
);

beforeAll(() => {
  site = makeSite(testFolder().path, 1);
});
afterAll(async () => {
  await trainer.close();
  delete process.env.ISOCENTER_TEST_FAILURE;
});

async function failInThirdStep(how: 'lost' | 'full', name: string): Promise<unknown> {
  await trainer.close();
  begun = 0;
  choice = 'webgpu';
  process.env.ISOCENTER_TEST_FAILURE = how;
  const done: number[] = [];
  const onProgress = ({ step }: { step: number }) => done.push(step);
  const error = await trainer.run('finetune', finetuneJob(site, name, small), { onProgress }).catch((error) => error);
  expect(done).toEqual([1, 2]);
  return error;
}

it('says which one was lost, and goes on to the same bytes on a new one, and as far as rounding on the processor', async () => {
  const error = await failInThirdStep('lost', 'lost');
  expect(error).toMatchObject({ code: 'engine.device-lost', details: { device: expect.any(String) } });
  copyFileSync(site.path('lost.state'), site.path('wasm.state'));

  const went = await trainer.run('finetune', finetuneJob(site, 'lost', small));
  const plain = await trainer.run('finetune', finetuneJob(site, 'plain', small));
  expect(begun).toBe(2); // the failed process was replaced, and only it
  expect(went.losses).toEqual(plain.losses);
  expect(readFileSync(site.path('lost.out')).equals(readFileSync(site.path('plain.out')))).toBe(true);

  choice = 'wasm';
  const onProcessor = await trainer.run('finetune', finetuneJob(site, 'wasm', small));
  onProcessor.losses.forEach((loss, step) => {
    expect(loss).toBeCloseTo(plain.losses[step], 3);
  });
  const [ours, theirs] = ['plain.out', 'wasm.out'].map((file) => readWeights(site.path(file)).weights);
  for (const [name, { data }] of Object.entries(ours)) {
    const difference = Math.hypot(...data.map((value, i) => value - theirs[name].data[i]));
    expect(difference / Math.hypot(...data), name).toBeLessThan(1e-2);
  }
});

it('writes no zeros into the checkpoint where its memory ran out', async () => {
  const error = await failInThirdStep('full', 'full');
  expect(error).toMatchObject({ code: 'engine.out-of-memory', details: { engine: 'webgpu' } });
  await trainer.run('finetune', finetuneJob(site, 'full', small));
  expect(readFileSync(site.path('full.out')).equals(readFileSync(site.path('plain.out')))).toBe(true);
});
