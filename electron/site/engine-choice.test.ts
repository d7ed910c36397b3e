/** Which engine a site's jobs are computed with, and what is noted of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineChoice } from '../../shared/engine.ts';
import { fault } from '../../shared/errors.ts';
import { changeSettings } from './settings.ts';
import { Site } from './site.ts';
import { smallPlan, smallVolume } from './testing.ts';

const base = mkdtempSync(join(tmpdir(), 'isocenter-engine-'));
const folder = join(base, 'site');
beforeAll(async () => {
  await using site = Site.create(folder, 'Riverside');
  const { volume, labels } = smallVolume(0);
  const { id } = site.folder.volumes.add(volume, { name: 'case', source: '/scans/0.nii' });
  site.folder.volumes.attachLabels(id, labels, '/labels/0.nii');
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

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

  it('goes on as the same run when it is continued with another engine, and notes what computed it', async () => {
    const stopping = new AbortController();
    const begun = async () => {
      await using site = Site.open(folder, { engine: 'wasm' });
      const onProgress = ({ step }: { step: number }) => step >= 2 && stopping.abort(fault('site.cancelled'));
      await site.finetune({ labels: 'all', from: 'random', plan, signal: stopping.signal, onProgress });
    };
    await expect(begun()).rejects.toMatchObject({ code: 'site.cancelled' });
    await using site = Site.open(folder, { engine: 'auto' });
    const [{ id }] = site.folder.runs.list();
    // As if it had begun on another machine.
    site.folder.runs.noteComputedOn(id, { engine: 'tensorflow', device: 'a card' });
    const result = await site.finetune({ labels: 'all', from: 'random', plan });
    expect(result.run).toBe(id);
    expect(result.computedOn[0]).toEqual({ engine: 'tensorflow', device: 'a card' });
    expect(result.computedOn[1].device).not.toBe('');
    expect(site.folder.runs.get(id).computedOn).toEqual(result.computedOn);
    const { note } = site.folder.models.get(result.model);
    expect(note).toContain(`computed on tensorflow, a card; ${result.computedOn[1].engine}`);
  });

  it('is refused, and takes no other engine, where the one asked for cannot be used', async () => {
    await using site = Site.open(folder, { engine: 'abacus' as EngineChoice }); // which no machine has
    const asked = site.finetune({ labels: 'all', from: 'random', plan });
    await expect(asked).rejects.toMatchObject({ code: 'engine.not-usable' });
  });
});
