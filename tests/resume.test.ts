/** A run that is killed at any moment goes on with what was last saved, and ends with the same weights. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSite } from '../electron/storage/site-folder.ts';
import { readWeights } from '../electron/storage/weight-file.ts';
import { type Command, isocenter, succeed } from './command.ts';
import { createPhantomSite } from './phantom-site.ts';
import { testFolder } from './test-folder.ts';

const STEPS = 12;
let folder: string;
beforeAll(async () => {
  folder = testFolder().path;
  const plan = { inputSize: 32, levels: 3, baseWidth: 4, rounds: 3, stepsPerRound: 4, finetuneSteps: STEPS };
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  await (await createPhantomSite(folder, 0)).close();
});

/** Kills it as soon as it says that a step is done. */
async function killAfterAStep(command: Command, site: string): Promise<void> {
  await command.says(/: \d+\/\d+/);
  command.child.kill('SIGKILL');
  await command.finished;
  await new Promise((resolve) => setTimeout(resolve, 500)); // the trainer ends with its parent
  const opened = openSite(site);
  expect(opened.runs.list().map(({ state }) => state)).toEqual(['running']); // it had no time to say more
  opened.close();
}

describe.each([
  ['finetune', ['--labels', '2', '--plan']],
  ['pretrain', ['--plan']],
])('%s', (verb, options) => {
  it('continues', async () => {
    const whole = join(folder, `${verb}-whole`);
    const cut = join(folder, `${verb}-cut`);
    for (const copy of [whole, cut]) cpSync(join(folder, 'site'), copy, { recursive: true });
    const plan = join(folder, 'plan.json');

    await killAfterAStep(isocenter(verb, cut, ...options, plan), cut);
    const models = [];
    for (const site of [whole, cut]) {
      const { model } = JSON.parse(await succeed(verb, site, ...options, plan, '--json'));
      models.push(readWeights(join(site, 'models', `${model}.safetensors`)).weights);
      const opened = openSite(site);
      expect(opened.runs.list().map(({ state }) => state)).toEqual(['finished']); // one run, not a second one
      opened.close();
    }
    expect(models[1]).toEqual(models[0]);
  });
});
