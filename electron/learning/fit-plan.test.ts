import { describe, expect, it } from 'vitest';
import type { Fingerprint, Spread } from '../../shared/fingerprint.ts';
import { fittedSettings } from '../../shared/fitted-plan.ts';
import { planProblems, planSchema } from '../../shared/plan.ts';
import { fitPlan } from './fit-plan.ts';
import type { Resources } from './fit-rule.ts';

const spread = (median: number, low = median, high = median): Spread => ({ low, median, high });
const axes = (x: number, y: number, z: number): [Spread, Spread, Spread] => [spread(x), spread(y), spread(z)];
const intensity = (low: number, median: number, high: number, mean: number, deviation: number) => ({
  low: spread(low),
  median: spread(median),
  high: spread(high),
  mean: spread(mean),
  deviation: spread(deviation),
});

interface Seen {
  size: [number, number, number];
  spacing: [number, number, number];
  extent?: [number, number, number]; // mm, of labels 1 and 2; absent: nothing is labelled
  labelled?: number;
  hounsfield?: number;
}

function seen({ size, spacing, extent, labelled = 40, hounsfield = 0 }: Seen): Fingerprint {
  const slices = extent && axes(...(extent.map((mm, axis) => mm / spacing[axis]) as typeof extent));
  const inside = intensity(-60, 90, 250, 85, 40);
  return {
    volumes: 40,
    labelled: extent ? labelled : 0,
    hounsfield,
    size: axes(...size),
    spacing: axes(...spacing),
    intensity: intensity(-1024, -200, 800, -300, 450),
    foreground: extent && slices ? { extent: axes(...extent), slices, intensity: inside } : null,
    labels:
      extent && slices
        ? [1, 2].map((label) => ({ label, volumes: labelled, extent: axes(...extent), slices, smallestPart: 1 }))
        : [],
  };
}

const machine: Resources = {
  kind: 'processor',
  memory: 4e9,
  needOf: (plan, windows) => windows * plan.inputSize ** 2 * plan.baseWidth * 400,
  slicesPerSecond: null,
  seconds: null,
};
const fit = (what: Seen, resources: Partial<Resources> = {}) =>
  fitPlan(seen(what), { ...machine, ...resources }, planSchema.parse({}));

const hippocampus: Seen = { size: [36, 50, 37], spacing: [1, 1, 1], extent: [25, 43, 30] };
const heart: Seen = { size: [216, 256, 10], spacing: [1.5, 1.5, 10], extent: [132, 130, 100] };
const body: Seen = { size: [512, 512, 600], spacing: [0.8, 0.8, 1.5], extent: [220, 180, 200], hounsfield: 40 };

describe('fitPlan', () => {
  it('fits cropped hippocampi', () => {
    expect(fit(hippocampus).plan).toMatchObject({
      ...{ axis: 'coronal', spacing: 1, inputSize: 48, partitions: 4, labels: [1, 2], levels: 5, baseWidth: 16 },
      ...{ finetuneBatch: 32, volumesPerStep: 4, normalisation: 'volume' },
    });
  });

  it('fits hearts in thick slices', () => {
    expect(fit(heart).plan).toMatchObject({
      ...{ axis: 'axial', spacing: 1.5, inputSize: 176, partitions: 4, levels: 5, finetuneBatch: 12 },
    });
  });

  it('fits an organ in whole-body CT: pixels grow before the window leaves surroundings out', () => {
    const { plan, reasons } = fit(body);
    expect(plan).toMatchObject({ axis: 'axial', inputSize: 256, spacing: 1.6, partitions: 8, finetuneBatch: 6 });
    expect(reasons.spacing).toContain('0.8 mm');
    expect(fit(body, { kind: 'cuda', memory: 80e9 }).plan).toMatchObject({
      spacing: 0.8,
      inputSize: 512,
      baseWidth: 32,
    });
  });

  it('gives every fitted setting a reason and every plan its bounds, whatever there is', () => {
    const tiny: Seen = { size: [3, 5, 2], spacing: [0.05, 12, 30], extent: [0.1, 12, 30], labelled: 1 };
    for (const what of [hippocampus, heart, body, tiny, { ...hippocampus, extent: undefined }]) {
      for (const kind of ['cuda', 'graphics', 'processor', 'software'] as const) {
        for (const memory of [1e6, 4e9]) {
          for (const seconds of [null, 1, 1e9]) {
            const { plan, reasons } = fit(what, { kind, memory, seconds });
            expect(planProblems(plan)).toEqual([]);
            const decided = [...fittedSettings, ...(seconds === null ? [] : ['finetuneSteps'])];
            expect(Object.keys(reasons).toSorted()).toEqual(decided.toSorted());
            for (const reason of Object.values(reasons)) expect(reason).toMatch(/^[a-z\d].*[^.]$/);
          }
        }
      }
    }
  });

  it('leaves all other settings as they are', () => {
    const basis = planSchema.parse({ rounds: 3, finetuneSteps: 77, quorum: 5, seed: 9, inputSize: 256 });
    const { plan } = fitPlan(seen(hippocampus), machine, basis);
    expect(plan).toMatchObject({ rounds: 3, finetuneSteps: 77, quorum: 5, seed: 9, inputSize: 48 });
  });

  it('lays slices across the coarsest spacing, and else where labels show in most', () => {
    expect(fit({ ...hippocampus, spacing: [5, 1, 1] }).plan.axis).toBe('sagittal');
    expect(fit({ ...hippocampus, extent: [25, 30, 43] }).plan.axis).toBe('axial');
    expect(fit({ ...hippocampus, extent: undefined }).plan.axis).toBe('coronal'); // most voxels
    expect(fit({ ...hippocampus, extent: [40, 40, 40] }).plan.axis).toBe('axial'); // of equals the first
  });

  it('shows a small label as far around as the network looks', () => {
    const { plan } = fit({ size: [240, 240, 150], spacing: [1, 1, 3], extent: [12, 10, 9] });
    expect(plan.inputSize).toBe(128);
  });

  it('fits the memory: first the network is narrower, then the window smaller, and a step has fewer windows', () => {
    expect(fit(heart, { memory: 300e6 }).plan).toMatchObject({ inputSize: 176, baseWidth: 8 });
    const little = fit(heart, { memory: 100e6 });
    expect(little.plan).toMatchObject({ baseWidth: 8, inputSize: 112, finetuneBatch: 4 });
    expect(little.reasons.inputSize).toContain('0.1 GB');
    const some = fit(heart, { memory: 1.2e9 });
    expect(some.plan).toMatchObject({ baseWidth: 16, inputSize: 176, finetuneBatch: 6 });
    expect(some.reasons.finetuneBatch).toContain('memory');
  });

  it('has fewer levels where the deepest would see nothing', () => {
    expect(fit({ ...hippocampus, size: [28, 50, 28] }).plan).toMatchObject({ inputSize: 32, levels: 4 });
  });

  it('cuts few slices into few partitions', () => {
    expect(fit({ ...heart, size: [216, 256, 1] }).plan.partitions).toBe(2);
    expect(fit({ ...heart, size: [216, 256, 3] }).plan.partitions).toBe(3);
    expect(fit({ ...heart, size: [216, 256, 7] }).plan.partitions).toBe(4); // as the paper on hearts
  });

  it('scales CT by what is inside labels, and only where every volume is CT', () => {
    const { plan } = fit(body);
    expect(plan.normalisation).toBe('hounsfield');
    expect(plan.hounsfield).toEqual({ low: -60, high: 250, mean: 85, deviation: 40 });
    const unlabelled = fit({ ...body, extent: undefined }).plan;
    expect(unlabelled.hounsfield).toEqual({ low: -1024, high: 800, mean: -300, deviation: 450 });
    const mixed = fit({ ...body, hounsfield: 39 });
    expect(mixed.plan.normalisation).toBe('volume');
    expect(mixed.reasons.normalisation).toContain('39 of 40');
  });

  it('takes the labels that are there, and the most common of too many', () => {
    const many = seen(hippocampus);
    many.labels = Array.from({ length: 40 }, (_, index) => ({
      ...many.labels[0],
      label: index + 1,
      volumes: index + 1,
    }));
    const { plan } = fitPlan(many, machine, planSchema.parse({}));
    expect(plan.labels).toEqual(Array.from({ length: 32 }, (_, index) => index + 9));
    expect(fit({ ...hippocampus, extent: undefined }).plan.labels).toEqual([1, 2]);
  });

  it('takes as many steps as the time that is wanted allows', () => {
    const { plan, reasons } = fit(hippocampus, { seconds: 600, slicesPerSecond: 320 });
    expect(plan.finetuneSteps).toBe(6000);
    expect(reasons.finetuneSteps).toContain('10 minutes');
    expect(fit(heart, { seconds: 600, slicesPerSecond: 320 }).plan.finetuneSteps).toBe(1190);
  });
});
