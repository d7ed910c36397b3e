/** A plan that nobody gives is fitted to the site's volumes, and says so. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { Site } from '../electron/site/site.ts';
import { agreedPlan, planSchema } from '../shared/plan.ts';
import { isocenter, succeed } from './command.ts';
import { createPhantomSite } from './phantom-site.ts';
import { testFolder } from './test-folder.ts';

const base = testFolder().path;
let folder: string;
beforeAll(async () => {
  const site = await createPhantomSite(base, 0, 2);
  folder = site.folder.path;
  await site.close();
});

it('is printed with its reasons, and written so that a command reads it', async () => {
  const file = join(base, 'plan.json');
  const { plan, reasons } = JSON.parse(await succeed('plan', folder, '--out', file, '--minutes', '1', '--json'));
  expect(plan).toMatchObject({ axis: 'coronal', labels: [1, 2], inputSize: 48 });
  expect(reasons).toMatchObject({ axis: expect.any(String), finetuneSteps: expect.any(String) });
  const written = JSON.parse(readFileSync(file, 'utf8'));
  expect(written).toEqual(JSON.parse(JSON.stringify(agreedPlan(plan))));
  expect(planSchema.parse(written)).toEqual(plan);
  const text = await succeed('plan', folder);
  expect(text).toMatch(/axis +coronal +voxels are/);
  expect(text).not.toContain('hounsfield.low');
});

it('is what fine-tuning takes without a plan, which it says, and a model keeps its own', async () => {
  const { plan } = JSON.parse(await succeed('plan', folder, '--json'));
  const first = await isocenter('finetune', folder, '--labels', '1', '--steps', '2', '--json').finished;
  expect(first.stderr).toMatch(/The plan is fitted to the volumes: coronal slices, .* window of 48 pixels/);
  const { model } = JSON.parse(first.stdout);
  const again = await isocenter('finetune', folder, '--labels', '1', '--steps', '2', '--from', model, '--json')
    .finished;
  expect(again.stderr).not.toContain('fitted');
  await using site = Site.open(folder);
  const plans = [model, JSON.parse(again.stdout).model].map((id) => site.folder.models.get(id).plan);
  expect(plans).toEqual([1, 2].map(() => ({ ...plan, finetuneSteps: 2 })));
}, 180_000); // three commands, on a machine that is busy with much else

it('needs volumes', async () => {
  const empty = join(base, 'empty');
  await succeed('init', empty, '--name', 'Empty');
  for (const args of [
    ['plan', empty],
    ['pretrain', empty],
    ['coordinator', empty, '--listen', '127.0.0.1:0', '--sites', '1'],
  ]) {
    const { code, stderr } = await isocenter(...args).finished;
    expect(code).toBe(1);
    expect(stderr).toContain('site.nothing-to-fit');
  }
});
