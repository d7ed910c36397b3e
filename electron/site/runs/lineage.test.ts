/** What models note of their making, by runs with a real trainer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkstation, smallPlan, type TestWorkstation } from '../testing.ts';

const plan = { ...smallPlan, rounds: 1, stepsPerRound: 1, finetuneSteps: 1 };
let desk: TestWorkstation;
beforeAll(async () => {
  desk = await makeWorkstation(5, 4);
});
afterAll(() => desk[Symbol.asyncDispose]());

describe('a model', () => {
  it('knows what it and its starts learnt from, also after volumes and starts are removed', async () => {
    const { site } = desk.workstation;
    const { cohorts, models, volumes } = site.folder;
    const [a, b, c, d] = desk.volumes;
    cohorts.make('first', 'training', [a, b]);
    cohorts.make('second', 'training', [c]);
    cohorts.make('test', 'held-out', [d]);
    const { model: encoder } = await site.pretrain({ plan, cohort: 'first' });
    const { model: unet } = await site.finetune({ labels: 'all', from: encoder, plan, cohort: 'second' });
    const contents = (...records: { contentHash: string }[]) =>
      records.map(({ contentHash }) => contentHash).toSorted();
    const { lineage, note } = models.get(unet);
    expect(note).toContain('1 labelled volumes of the cohort second');
    expect(lineage).toMatchObject({ ancestors: [encoder], complete: true });
    expect(lineage.volumes.toSorted()).toEqual(contents(a, b, c));

    models.remove(encoder);
    volumes.remove(a.id);
    const { model: next } = await site.finetune({ labels: 'all', from: unet, plan, cohort: 'second' });
    expect(models.get(next).lineage.ancestors).toEqual([unet, encoder]);
    expect(models.get(next).lineage.volumes.toSorted()).toEqual(contents(a, b, c));
  });

  it('does not count what it is only validated on', async () => {
    const { site } = desk.workstation;
    const { model } = await site.finetune({ labels: 1, from: 'random', plan, holdOut: 1 });
    expect(site.folder.models.get(model).lineage).toMatchObject({ ancestors: [], complete: true });
    expect(site.folder.models.get(model).lineage.volumes).toHaveLength(1);
  });
});
