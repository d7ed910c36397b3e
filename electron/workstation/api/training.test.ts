/** Runs as a window starts, watches, stops and continues them, on real phantom volumes and a real trainer process. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { planSchema } from '../../../shared/plan.ts';
import { type OpenedWindow, openWindow } from '../../../tests/open-window.ts';
import { createPhantomSite, writePhantoms } from '../../../tests/phantom-site.ts';
import { testFolder } from '../../../tests/test-folder.ts';
import { forkTrainer, type TrainerProcess } from '../../engine/launch.ts';
import { runOf } from '../../storage/runs.ts';
import { readWeights } from '../../storage/weight-file.ts';

const plan = planSchema.parse({
  inputSize: 32,
  levels: 3,
  baseWidth: 4,
  rounds: 2,
  stepsPerRound: 12,
  volumesPerStep: 2,
  finetuneSteps: 30,
});
let base: string;
let trainer: TrainerProcess | undefined;
const windows: OpenedWindow[] = [];

beforeAll(async () => {
  base = testFolder().path;
  await (await createPhantomSite(base, 0, 4)).close();
});
afterEach(async () => {
  for (const { workstation } of windows.splice(0)) await workstation.close();
});

/** A window on a copy of the site, so that each test has one of its own. */
function copyOfSite(name: string): OpenedWindow {
  const folder = join(base, name);
  cpSync(join(base, 'site'), folder, { recursive: true });
  return open(folder);
}

function open(folder: string): OpenedWindow {
  const launch = (script: string) => {
    trainer = forkTrainer(script);
    return trainer;
  };
  const window = openWindow({ folder, launch });
  windows.push(window);
  return window;
}

async function losses({ ask }: OpenedWindow, run: string): Promise<number[]> {
  return (await ask('runCurves', run)).loss.map(({ value }) => value);
}

const step = (least: number) => (snapshot: { activity: { step: number } | null }) =>
  (snapshot.activity?.step ?? 0) >= least;

describe('a plan', () => {
  it('is fitted to the volumes, with a volume to show it on', async () => {
    const window = copyOfSite('fitted');
    await window.ask('changeSettings', { plan: planSchema.parse({ rounds: 3, inputSize: 96 }) });
    const fit = await window.ask('fitPlan');
    expect(fit).toMatchObject({ volumes: 4, plan: { axis: 'coronal', inputSize: 48, rounds: 3, finetuneBatch: 32 } });
    expect(fit?.reasons.inputSize).toContain('whole slice');
    const [volume] = await window.ask('listVolumes');
    expect(fit?.example).toEqual({ id: volume.id, name: volume.name });
  });

  it('is none where there is no volume', async () => {
    const window = copyOfSite('bare');
    await window.ask(
      'removeVolumes',
      (await window.ask('listVolumes')).map(({ id }) => id),
    );
    expect(await window.ask('fitPlan')).toBeNull();
  });
});

describe('fine-tuning', () => {
  const request = { plan, from: 'random', labels: 2, holdOut: 1 };

  it('shows what it does and keeps its curves', async () => {
    const window = copyOfSite('watched');
    const { ask, idle, events, workstation } = window;
    const run = await ask('startFinetuning', request);
    expect(workstation.snapshot.activity).toMatchObject({ run, kind: 'finetune', steps: 30 });
    expect(await window.refused('startPretraining', plan)).toBe('site.busy-with');
    expect(await window.refused('measureEngines')).toBe('site.busy-with');
    const { volumes } = runOf('finetune', workstation.site.folder.runs.get(run)).details;
    expect(await window.refused('removeVolumes', volumes)).toBe('site.volumes-in-use');
    await window.until(step(1));
    expect((await ask('listRuns'))[0].computedOn).toHaveLength(1);
    await idle();

    const curves = await ask('runCurves', run);
    expect(curves.steps).toBe(30);
    expect(curves.loss.map((point) => point.step)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(curves.dice[0].step).toBe(0);
    expect(curves.dice.at(-1)?.step).toBe(30);
    const shown = events.flatMap((event) => (event.type === 'points' ? event.loss : []));
    expect(shown).toEqual(curves.loss);
    const activities = events.flatMap((event) => (event.type === 'snapshot' ? (event.changed.activity ?? []) : []));
    expect(activities.at(-1)?.state).toBe('running');
    expect(activities.at(-1)?.memory).toBeGreaterThan(1e7);

    const [summary] = await ask('listRuns');
    expect(summary).toMatchObject({ id: run, state: 'finished', volumes: 2, model: null, note: '' });
    expect(summary.heldOut).toBe(1);
    expect(summary.dice?.values).toEqual([curves.dice.at(-1)?.value]);
    const [model] = await ask('listModels');
    expect(summary.made).toEqual([model.id]);
    expect(model).toMatchObject({ kind: 'unet', run, dice: summary.dice, predictions: 0, neededBy: [] });

    await ask('noteRun', run, 'first try');
    expect((await ask('listRuns'))[0].personNote).toBe('first try');
  });

  it('never trains on what it holds out, and says where there are too few labels', async () => {
    const window = copyOfSite('held-out');
    const run = await window.ask('startFinetuning', { ...request, labels: 'all' });
    const { details } = runOf('finetune', window.workstation.site.folder.runs.get(run));
    await window.ask('cancelRun');
    await window.idle();
    expect(details.volumes).toHaveLength(3);
    expect(details.holdOut).toHaveLength(1);
    expect(details.volumes).not.toContain(details.holdOut?.[0]);
    expect(await window.refused('startFinetuning', { ...request, labels: 4 })).toBe('site.too-few-labels');
  });

  it('goes on after a pause to the same losses and weights, also where volumes were imported meanwhile', async () => {
    const whole = copyOfSite('whole');
    const run = await whole.ask('startFinetuning', request);
    await whole.idle();
    const paused = copyOfSite('paused');
    const cut = await paused.ask('startFinetuning', request);
    await paused.until(step(5));
    await paused.ask('pauseRun');
    await paused.idle();
    expect((await paused.ask('listRuns'))[0].state).toBe('paused');
    expect((await losses(paused, cut)).length).toBeGreaterThanOrEqual(5);
    await paused.workstation.site.import(await writePhantoms(join(base, 'more'), 1, 3));

    await paused.ask('resumeRun', cut);
    await paused.idle();
    expect((await paused.ask('listRuns')).map(({ id, state }) => [id, state])).toEqual([[cut, 'finished']]);
    expect(await losses(paused, cut)).toEqual(await losses(whole, run));
    const weights = async ({ ask, workstation }: OpenedWindow) => {
      const [{ id }] = await ask('listModels');
      return readWeights(workstation.site.folder.models.get(id).file).weights;
    };
    expect(await weights(paused)).toEqual(await weights(whole));
  });

  it('is over where it was cancelled, also while it was being paused', async () => {
    const window = copyOfSite('cancelled');
    const run = await window.ask('startFinetuning', request);
    await window.until(step(2));
    await window.ask('pauseRun');
    expect(window.workstation.snapshot.activity?.state).toBe('pausing');
    await window.ask('cancelRun');
    await window.idle();
    expect((await window.ask('listRuns'))[0]).toMatchObject({ id: run, state: 'cancelled', made: [] });
    expect(await window.refused('resumeRun', run)).toBe('storage.run-is-over');
    expect(await window.refused('pauseRun')).toBe('site.nothing-at-work');
  });

  it('says that the trainer ended, and can be continued', async () => {
    const window = copyOfSite('crashed');
    const run = await window.ask('startFinetuning', request);
    await window.until(step(4));
    trainer?.kill();
    await window.idle();
    const [failed] = await window.ask('listRuns');
    expect(failed).toMatchObject({ id: run, state: 'failed' });
    expect(failed.note).toMatch(/trainer process ended unexpectedly/);
    expect((await losses(window, run)).length).toBeGreaterThanOrEqual(4);
    await window.ask('resumeRun', run);
    await window.idle();
    expect((await window.ask('listRuns'))[0].state).toBe('finished');
    expect(await losses(window, run)).toHaveLength(30);
  });
});

describe('pre-training', () => {
  it('goes on by itself after the window was closed in the middle', async () => {
    const window = copyOfSite('closed');
    const folder = window.workstation.folder;
    const run = await window.ask('startPretraining', plan);
    await window.until(step(13));
    await window.workstation.close();
    windows.splice(0);

    const again = open(folder);
    expect((await again.ask('listRuns'))[0]).toMatchObject({ id: run, state: 'paused', round: 1, volumes: 4 });
    await again.workstation.site.import(await writePhantoms(join(base, 'later'), 2, 2));
    await again.ask('resumeRun', run);
    await again.idle();
    expect((await again.ask('listRuns')).map(({ state }) => state)).toEqual(['finished']);
    const curves = await again.ask('runCurves', run);
    expect(curves.loss.map((point) => point.step)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));

    const whole = copyOfSite('closed-whole');
    const other = await whole.ask('startPretraining', plan);
    await whole.idle();
    expect(await losses(again, run)).toEqual(await losses(whole, other));
  });

  it('is shown as paused where its process was killed, and can be given up', async () => {
    const window = copyOfSite('killed');
    const { runs } = (await ready(window)).folder;
    const { id } = runs.start('pretrain', plan, { volumes: [] });
    await window.workstation.close();
    windows.splice(0);

    const again = open(window.workstation.folder);
    expect((await again.ask('listRuns'))[0]).toMatchObject({
      id,
      state: 'paused',
      note: expect.stringMatching(/ended/),
    });
    await again.ask('giveUpRun', id);
    expect((await again.ask('listRuns'))[0].state).toBe('cancelled');
  });

  it('leaves alone what another process has at work', async () => {
    const window = copyOfSite('elsewhere');
    const { folder } = await ready(window);
    const { id } = folder.runs.start('pretrain', plan, { volumes: [] });
    const lock = folder.lock('pre-training');
    const other = open(folder.path);
    expect((await other.ask('listRuns'))[0]).toMatchObject({ id, state: 'running' });
    expect(await other.refused('startPretraining', plan)).toBe('storage.site-busy');
    lock.release();
  });
});

describe('segmenting and models', () => {
  it('predicts, and keeps a model that a run works with', async () => {
    const window = copyOfSite('segmenting');
    await window.ask('startFinetuning', { plan: { ...plan, finetuneSteps: 3 }, from: 'random', labels: 2, holdOut: 0 });
    await window.idle();
    const [{ id }] = await window.ask('listModels');
    const volumes = (await window.ask('listVolumes')).map((volume) => volume.id);
    const run = await window.ask('startSegmenting', id, volumes, { again: false });
    expect(await window.refused('removeModel', id)).toBe('site.model-in-use');
    await window.until(step(1));
    await window.ask('pauseRun');
    await window.idle();
    expect((await window.ask('listModels'))[0].neededBy).toEqual([run]);
    await window.ask('resumeRun', run);
    await window.idle();
    expect((await window.ask('listRuns'))[0]).toMatchObject({ id: run, state: 'finished', model: id, volumes: 4 });
    expect((await window.ask('listModels'))[0].predictions).toBe(4);
    expect((await window.ask('volumesSegmentedBy', id)).toSorted()).toEqual(volumes.toSorted());
    expect(await window.refused('startSegmenting', id, volumes, { again: false })).toBe('site.all-segmented');
    await window.ask('removeModel', id);
    expect(await window.ask('listModels')).toEqual([]);
  });

  it('asks for the invitation again to go on with a federation', async () => {
    const window = copyOfSite('federated');
    const { runs } = (await ready(window)).folder;
    const { id } = runs.start('federated', plan, { federation: 'F', coordinator: 'aaaa', invitation: '01' });
    runs.update(id, { state: 'paused' });
    expect(await window.refused('resumeRun', id)).toBe('site.run-needs-invitation');
    expect(runs.get(id).state).toBe('paused');
  });
});

async function ready({ workstation }: OpenedWindow) {
  await workstation.opened;
  return workstation.site;
}
