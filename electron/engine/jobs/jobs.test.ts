import { beforeAll, describe, expect, it } from 'vitest';
import { type Grid, voxelCount } from '../../../shared/volume.ts';
import { testFolder } from '../../../tests/test-folder.ts';
import { writeLabelFile } from '../../storage/volume-file.ts';
import { readWeights } from '../../storage/weight-file.ts';
import { type JobProgress, readCheckpoint, startOfJob, writeCheckpoint } from './checkpoint.ts';
import { initialise } from './initialise.ts';
import { PreparedVolumes } from './prepared-volumes.ts';
import { listeningJobs, makeSite, plan, type TestSite } from './testing.ts';

let site: TestSite;
beforeAll(() => {
  site = makeSite(testFolder().path, 4);
});

describe('initialise', () => {
  it('keeps the parts that the given weights have, and draws the others from the seed', () => {
    const [encoder, unet, drawn] = ['encoder', 'unet', 'drawn'].map((name) => site.path(name));
    initialise({ plan: { ...plan, seed: 40 }, parts: ['encoder', 'projection'], out: encoder });
    const { parameters } = initialise({ plan, parts: ['encoder', 'decoder'], from: encoder, out: unet });
    initialise({ plan, parts: ['encoder', 'decoder'], out: drawn });

    const [kept, made, fresh] = [encoder, unet, drawn].map((file) => readWeights(file).weights);
    expect(Object.keys(made).sort()).toEqual(Object.keys(fresh).sort());
    for (const [name, weight] of Object.entries(made)) {
      expect(weight, name).toEqual(name.startsWith('encoder.') ? kept[name] : fresh[name]);
    }
    expect(parameters).toBe(Object.values(made).reduce((sum, { data }) => sum + data.length, 0));
    expect(kept['encoder.level1.conv1.kernel']).not.toEqual(fresh['encoder.level1.conv1.kernel']);
  });

  it('refuses weights of other labels instead of drawing new ones in silence', () => {
    initialise({ plan, parts: ['encoder', 'decoder'], out: site.path('two-labels') });
    const job = {
      plan: { ...plan, labels: [1] },
      parts: ['encoder' as const, 'decoder' as const],
      from: site.path('two-labels'),
      out: site.path('one-label'),
    };
    expect(() => initialise(job)).toThrow(expect.objectContaining({ code: 'engine.weights-do-not-fit' }));
  });
});

describe('evaluate', () => {
  it('refuses to compare maps of different grids', async () => {
    const grid: Grid = {
      size: [18, 15, 9],
      spacing: [1, 1, 2],
      origin: [-9, -7, 3],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    };
    const prediction = site.path('shorter');
    writeLabelFile(prediction, { grid, sourceGrid: grid, voxels: new Uint8Array(voxelCount(grid)) });
    const pair = { prediction, reference: site.volumes[0].labels as string };
    await expect(listeningJobs().jobs.evaluate({ pairs: [pair], labels: [1] })).rejects.toMatchObject({
      code: 'engine.grids-differ',
    });
  });
});

describe('PreparedVolumes', () => {
  const one = 10 * 16 * 18 * 4; // bytes of a volume's slices

  it('prepares a volume once and stays within its bytes, dropping what was not used for longest', () => {
    const volumes = new PreparedVolumes(2 * one);
    const [a, b, c] = site.volumes;
    const first = volumes.image(a, plan);
    volumes.image(b, plan);
    expect(volumes.image(a, plan)).toBe(first);
    volumes.image(c, plan); // b leaves
    expect(volumes.image(a, plan)).toBe(first);
    expect(volumes.bytes).toBe(2 * one);
    volumes.image(b, plan);
    volumes.image(c, plan); // a has left
    expect(volumes.image(a, plan)).not.toBe(first);
    expect(volumes.bytes).toBe(2 * one);
  });

  it('holds at least the volume in use, and tells plans apart', () => {
    const volumes = new PreparedVolumes(1);
    const sizeOf = ({ height, width }: { height: number; width: number }) => [height, width];
    expect(sizeOf(volumes.image(site.volumes[0], plan))).toEqual([16, 18]); // 15 voxels are padded, 18 are all there
    expect(sizeOf(volumes.image(site.volumes[0], { ...plan, inputSize: 32 }))).toEqual([32, 32]);
    expect(volumes.labelled(site.volumes[0], plan).classes).toHaveLength(10 * 16 * 18);
    expect(volumes.bytes).toBe(10 * 16 * 18 * 5);
  });
});

describe('checkpoints', () => {
  const run = { kind: 'pretraining' as const, plan, seed: 3 };
  const file = () => site.path('checkpoint');

  it('come back as they were written', () => {
    const progress = { ...startOfJob(2, 'hash'), steps: 2, slices: 9, losses: [0.5, 0.25] };
    progress.dice.push({ step: 1, dice: 0.1 + 0.2, perLabel: [0.1, null], volumes: [0.1 + 0.2, null] });
    const tensors = { a: { shape: [2], data: Float32Array.of(1, 2) } };
    writeCheckpoint(file(), run, { progress, tensors });
    expect(readCheckpoint(file(), run)).toEqual({ progress, tensors });
    expect(readCheckpoint(site.path('nowhere'), run)).toBeUndefined();
  });

  it('of version 0.3 did not note the Dice of each volume', () => {
    const point = { step: 1, dice: 0.5, perLabel: [0.5] };
    const progress = { ...startOfJob(2, 'hash'), dice: [point] } as JobProgress;
    writeCheckpoint(file(), run, { progress, tensors: {} });
    expect(readCheckpoint(file(), run)?.progress.dice).toEqual([{ ...point, volumes: [] }]);
  });

  it('are refused by another run', () => {
    for (const other of [
      { ...run, seed: 4 },
      { ...run, plan: { ...plan, momentum: 0.5 } },
      { ...run, kind: 'finetuning' as const },
    ]) {
      expect(() => readCheckpoint(file(), other)).toThrow(
        expect.objectContaining({ code: 'engine.state-of-another-run' }),
      );
    }
  });
});
