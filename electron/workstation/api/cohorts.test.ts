/** Cohorts as a window makes and uses them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenedWindow, openWindow } from '../../../tests/open-window.ts';
import { makeWorkstation, smallPlan, type TestWorkstation } from '../../site/testing.ts';
import { runOf } from '../../storage/runs.ts';

const plan = { ...smallPlan, rounds: 1, stepsPerRound: 1, finetuneSteps: 1 };
let desk: TestWorkstation;
let window: OpenedWindow;
beforeAll(async () => {
  desk = await makeWorkstation(5, 4);
  await desk.workstation.site.close();
  window = openWindow({ folder: desk.workstation.folder });
  await window.workstation.opened;
});
afterAll(async () => {
  await window.workstation.close();
  await desk[Symbol.asyncDispose]();
});

describe('cohorts', () => {
  it('are made of chosen volumes, shown with them, changed and forgotten', async () => {
    const { ask, refused } = window;
    const [a, b, c] = desk.volumes.map(({ id }) => id);
    await ask('makeCohort', 'check', 'validation', [a]);
    await ask('putIntoCohort', 'check', [b, c]);
    await ask('takeOutOfCohort', 'check', [c]);
    expect(await ask('listCohorts')).toEqual([{ name: 'check', role: 'validation', volumes: [a, b] }]);
    expect((await ask('listVolumes')).map(({ cohorts }) => cohorts)).toEqual([['check'], ['check'], [], [], []]);
    expect(await refused('makeCohort', 'test', 'held-out', [a])).toBe('storage.other-role');
    expect(await refused('makeCohort', '', 'training', [a])).toBe('site.arguments-unsound');
    expect(await refused('makeCohort', 'x', 'other', [a])).toBe('site.arguments-unsound');
    await ask('removeCohort', 'check');
    expect(await ask('listCohorts')).toEqual([]);
  });

  it('say what a run could learn from, and runs learn from what is chosen', async () => {
    const { ask, idle, workstation } = window;
    const { runs } = workstation.site.folder;
    const [a, b, c, , unlabelled] = desk.volumes.map(({ id }) => id);
    await ask('makeCohort', 'mine', 'training', [a, unlabelled]);
    await ask('makeCohort', 'check', 'validation', [b]);
    await ask('makeCohort', 'test', 'held-out', [c]);
    const sets = await ask('listLearningSets', 'random');
    expect(sets).toEqual({
      learning: [
        { cohort: null, volumes: 3, labelled: 2, unseen: 2, samples: false },
        { cohort: 'mine', volumes: 2, labelled: 1, unseen: 1, samples: false },
      ],
      validation: [{ cohort: 'check', labelled: 1, unseen: 1 }],
    });
    expect(await ask('fitPlan')).toMatchObject({ volumes: 3, example: { id: a } }); // what is kept apart has no say
    const pretraining = await ask('startPretraining', plan, 'mine');
    await idle();
    expect(runOf('pretrain', runs.get(pretraining)).details.volumes?.toSorted()).toEqual([a, unlabelled].toSorted());
    const [encoder] = await ask('listModels');
    expect((await ask('listLearningSets', encoder.id)).learning.map(({ unseen }) => unseen)).toEqual([1, 0]);

    const request = { plan, from: encoder.id, labels: 'all' as const, holdOut: 0 };
    expect(await window.refused('startFinetuning', { ...request, cohort: 'mine', holdOut: 1 })).toBe(
      'site.too-few-labels',
    );
    const run = await ask('startFinetuning', { ...request, cohort: 'mine', validationCohort: 'check' });
    await idle();
    expect(runOf('finetune', runs.get(run)).details).toMatchObject({ volumes: [a], holdOut: [b], cohort: 'mine' });
    const [summary] = await ask('listRuns');
    expect(summary).toMatchObject({ id: run, cohort: 'mine', samples: false, volumes: 1 });
    expect(await window.refused('startFinetuning', { ...request, validationCohort: 'mine' })).toBe(
      'site.cohort-of-other-role',
    );
  });
});
