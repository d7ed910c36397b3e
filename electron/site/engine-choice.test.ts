/** Which engine a site's jobs are computed with, and what is noted of it. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EngineChoice } from '../../shared/engine.ts';
import { fault } from '../../shared/errors.ts';
import type { Plan } from '../../shared/plan.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { inspectEngines } from './engines.ts';
import { changeSettings } from './settings.ts';
import { Site } from './site.ts';
import { smallPlan, smallVolume } from './testing.ts';

/** Engines that this machine has besides the one that every machine has. */
const others = (await inspectEngines({ measure: false }))
  .filter(({ engine, look }) => engine !== 'wasm' && look.usable)
  .map(({ engine }) => engine);

const base = testFolder().path;
const folder = join(base, 'site');
beforeAll(async () => {
  await using site = Site.create(folder, 'Riverside');
  const { volume, labels } = smallVolume(0);
  const { id } = site.folder.volumes.add(volume, { name: 'case', source: '/scans/0.nii' });
  site.folder.volumes.attachLabels(id, labels, '/labels/0.nii');
});

it.each<[string, EngineChoice | undefined, EngineChoice, EngineChoice, EngineChoice]>([
  ['the command’s before all others', 'tensorflow', 'webgpu', 'wasm', 'tensorflow'],
  ['auto, where the command says so, whatever others name', 'auto', 'webgpu', 'wasm', 'auto'],
  ['the plan’s before the site’s', undefined, 'webgpu', 'wasm', 'webgpu'],
  ['the site’s where the plan leaves it to it', undefined, 'auto', 'wasm', 'wasm'],
  ['auto where nobody names one', undefined, 'auto', 'auto', 'auto'],
])('is %s', async (_, command, plan, setting, expected) => {
  await using site = Site.open(folder, { engine: command });
  changeSettings(site.folder, { engine: setting });
  expect(site.engineFor({ ...smallPlan, engine: plan })).toBe(expected);
});

describe('a run', () => {
  const plan = { ...smallPlan, finetuneSteps: 8 };

  /** Begins it with an engine and stops it after two steps. */
  async function cutOff(run: Plan, engine: EngineChoice): Promise<void> {
    const stopping = new AbortController();
    const onProgress = ({ step }: { step: number }) => step >= 2 && stopping.abort(fault('site.cancelled'));
    await using site = Site.open(folder, { engine });
    const begun = site.finetune({ labels: 'all', from: 'random', plan: run, signal: stopping.signal, onProgress });
    await expect(begun).rejects.toMatchObject({ code: 'site.cancelled' });
  }

  it('notes what computed it, also what was cut off, and says so of its model', async () => {
    await cutOff(plan, 'wasm');
    await using site = Site.open(folder, { engine: 'wasm' });
    const [{ id, computedOn }] = site.folder.runs.list();
    expect(computedOn.map(({ engine }) => engine)).toEqual(['wasm']);
    site.folder.runs.noteComputedOn(id, { engine: 'tensorflow', device: 'a card' }); // as on a machine that has one
    const result = await site.finetune({ labels: 'all', from: 'random', plan });
    expect(result.run).toBe(id);
    expect(result.computedOn).toEqual([...computedOn, { engine: 'tensorflow', device: 'a card' }]);
    expect(site.folder.runs.get(id).computedOn).toEqual(result.computedOn);
    const { note } = site.folder.models.get(result.model);
    expect(note).toContain(`computed on wasm, ${computedOn[0].device}; tensorflow, a card`);
  });

  it.skipIf(others.length === 0).each(others)('begun on %s goes on as the same run on wasm', async (engine) => {
    const another = { ...plan, seed: 100 };
    await cutOff(another, engine);
    await using site = Site.open(folder, { engine: 'wasm' });
    const begun = site.folder.runs.list().at(-1);
    const { run, computedOn, loss } = await site.finetune({ labels: 'all', from: 'random', plan: another });
    expect(run).toBe(begun?.id);
    expect(computedOn.map((each) => each.engine)).toEqual([engine, 'wasm']);
    expect(loss).toBeLessThan(3);
  });

  it('is refused, and takes no other engine, where the one asked for cannot be used', async () => {
    await using site = Site.open(folder, { engine: 'abacus' as EngineChoice }); // which no machine has
    const asked = site.finetune({ labels: 'all', from: 'random', plan });
    await expect(asked).rejects.toMatchObject({ code: 'engine.not-usable' });
  });
});
