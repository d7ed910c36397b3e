import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorkstation, type TestWorkstation } from '../testing.ts';
import { segmentVolumes } from './segmenting-run.ts';

let desk: TestWorkstation;
let model: string;
beforeAll(async () => {
  desk = await makeWorkstation(4, 2);
  model = await desk.train();
});
afterAll(() => desk[Symbol.asyncDispose]());

describe('segmentVolumes', () => {
  it('goes on after a pause with what is not done, and keeps what is', async () => {
    const { site } = desk.workstation;
    const volumes = desk.volumes.map(({ id }) => id);
    const stopping = new AbortController();
    const paused = segmentVolumes(site, {
      model,
      volumes,
      signal: stopping.signal,
      onProgress: ({ step }) => step === 2 && stopping.abort(new Error('enough')),
    });
    await expect(paused).rejects.toThrow('enough');
    const done = site.folder.labelMaps.predictionsOf(model).map(({ volume }) => volume);
    expect(done.toSorted()).toEqual(volumes.slice(0, 2).toSorted());
    const steps: number[] = [];
    const result = await segmentVolumes(site, { model, volumes, onProgress: ({ step }) => steps.push(step) });
    expect(result.predicted).toBe(2);
    expect(steps).toEqual([2, 3, 4]);
    expect(site.folder.runs.get(result.run)).toMatchObject({ kind: 'segment', state: 'finished', step: 4 });
    expect(site.folder.labelMaps.predictionsOf(model)).toHaveLength(4);
  });

  it('stores how sure the model is, and its scores where there are training labels', async () => {
    const { labelMaps, runs } = desk.workstation.site.folder;
    const [learnt, , fresh] = desk.volumes.map(({ id }) =>
      labelMaps.list(id).find(({ kind }) => kind === 'prediction'),
    );
    expect(learnt?.confidence).toBeGreaterThan(1 / 3); // the largest of three probabilities
    expect(learnt?.confidence).toBeLessThanOrEqual(1);
    expect(learnt?.scores?.scores.map(({ label }) => label)).toEqual([1, 2]);
    expect(learnt?.scores?.scores[0].dice).toBeGreaterThan(0.8); // it has learnt from this very volume
    expect(fresh).toMatchObject({ scores: null, labels: [1, 2] });
    const run = runs.list().find(({ kind }) => kind === 'segment');
    const dice = runs.metrics(run?.id ?? '').filter(({ name }) => name === 'dice');
    expect(dice.map(({ step }) => step)).toEqual([1, 2]);
  });

  it('passes over volumes that were removed meanwhile, and refuses where all are gone', async () => {
    const { site } = desk.workstation;
    const [first, , , last] = desk.volumes.map(({ id }) => id);
    const stopping = new AbortController();
    const options = { model, volumes: [last, first] };
    await expect(
      segmentVolumes(site, {
        ...options,
        signal: stopping.signal,
        onProgress: () => stopping.abort(new Error('enough')),
      }),
    ).rejects.toThrow('enough');
    site.folder.volumes.remove(last);
    expect(await segmentVolumes(site, options)).toMatchObject({ predicted: 1 });
    await expect(segmentVolumes(site, { model, volumes: [last] })).rejects.toMatchObject({
      code: 'storage.no-such-volume',
    });
  });
});
