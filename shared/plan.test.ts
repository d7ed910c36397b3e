import { describe, expect, it } from 'vitest';
import { planHash } from './hash.ts';
import { agreedPlan, canonicalJson, networkSettings, planProblems, planSchema, planText } from './plan.ts';

describe('planSchema', () => {
  it('fills in what a plan file leaves out', () => {
    const plan = planSchema.parse({ rounds: 2, stepsPerRound: 2, augmentation: { rotation: 0 } });
    expect(plan).toMatchObject({ rounds: 2, stepsPerRound: 2, partitions: 4, temperature: 0.1, momentum: 0.99 });
    expect(plan.augmentation).toMatchObject({ rotation: 0, scale: 0.15 });
    expect(plan.privacy).toEqual({ clip: 1, noise: 0, decimals: 4 });
  });

  it('changes nothing of a whole plan', () => {
    const plan = planSchema.parse({});
    expect(planSchema.parse(plan)).toEqual(plan);
    expect(planSchema.parse(JSON.parse(canonicalJson(plan)))).toEqual(plan);
  });
});

describe('planProblems', () => {
  it('finds none in a plan', () => {
    expect(planProblems({})).toEqual([]);
  });

  it.each([
    [{ rounds: -1 }, /^rounds: /],
    [{ rounds: 1.5 }, /^rounds: /],
    [{ rounds: '2' }, /^rounds: /],
    [{ inputSize: 50 }, /^inputSize: .*16/],
    [{ axis: 'oblique' }, /^axis: /],
    [{ labels: [] }, /^labels: /],
    [{ labels: [0] }, /^labels\.0: /],
    [{ labels: [1, 2, 1] }, /^labels: .*twice/],
    [{ privacy: { decimals: 1 } }, /^privacy\.decimals: /],
    [{ temperature: Number.NaN }, /^temperature: /],
    [{ roundz: 3 }, /^plan: .*roundz/],
    [{ engine: 'abacus' }, /^engine: .*auto/],
    [{ normalisation: 'none' }, /^normalisation: .*hounsfield/],
    [{ hounsfield: { low: 100, high: 100 } }, /^hounsfield\.high: .*above/],
    [{ augmentation: { flip: true } }, /^augmentation: .*flip/],
    [[], /^plan: /],
    [null, /^plan: /],
  ])('names what is wrong with %j', (value, problem) => {
    expect(planProblems(value)).toEqual([expect.stringMatching(problem)]);
  });

  it('names every problem', () => {
    expect(planProblems({ rounds: -1, seed: -1 })).toHaveLength(2);
  });
});

describe('networkSettings', () => {
  it('counts the background among the classes', () => {
    expect(networkSettings(planSchema.parse({ labels: [3, 7, 9], baseWidth: 8 }))).toEqual({
      levels: 5,
      baseWidth: 8,
      featureLength: 128,
      classes: 4,
    });
  });
});

describe('agreedPlan', () => {
  it('says nothing of what earlier versions did not know, so that their plans keep their hash', () => {
    expect(planHash(planSchema.parse({}))).toBe('a3998bf016b1bc2cc64f6bc36c1e5186111b3999f4da1a1eb8549475a55cc343');
    expect(planHash(planSchema.parse({ engine: 'wasm' }))).toBe(
      '8a5bfde2eb552754e8f7296e58bdb816723466c674c1955c544fde1558b281fa',
    );
  });

  it('says nothing of what came later where it is as before', () => {
    const later = [
      ...['engine', 'method', 'aggregation', 'normalisation', 'hounsfield'],
      ...['finetuneUntil', 'finetuneFall', 'finetuneAveraging'],
    ];
    const { augmentation, ...plan } = planSchema.parse({});
    const { bend: _bend, gamma: _gamma, blur: _blur, ...olderAugmentation } = augmentation;
    const older = {
      ...Object.fromEntries(Object.entries(plan).filter(([name]) => !later.includes(name))),
      augmentation: olderAugmentation,
    };
    expect(planText(planSchema.parse({}))).toBe(canonicalJson(older));
    expect(agreedPlan(planSchema.parse({}))).not.toHaveProperty('engine');
    expect(agreedPlan(planSchema.parse({}))).not.toHaveProperty('method');
  });

  it('holds a scale for CT, and whatever of its numbers is not as usual', () => {
    const plan = planSchema.parse({ normalisation: 'hounsfield', hounsfield: { low: -150, high: 250 } });
    expect(agreedPlan(plan)).toMatchObject({
      normalisation: 'hounsfield',
      hounsfield: { low: -150, high: 250, mean: 0, deviation: 500 },
    });
    expect(planSchema.parse(JSON.parse(planText(plan)))).toEqual(plan);
    const usual = planSchema.parse({ normalisation: 'hounsfield' });
    expect(agreedPlan(usual)).not.toHaveProperty('hounsfield');
    expect(planSchema.parse(JSON.parse(planText(usual)))).toEqual(usual);
  });

  it('holds an engine that is named', () => {
    const plan = planSchema.parse({ engine: 'webgpu' });
    expect(planText(plan)).not.toBe(planText(planSchema.parse({})));
    expect(planSchema.parse(JSON.parse(planText(plan)))).toEqual(plan);
  });
});

describe('canonicalJson', () => {
  it('is the same for the same value in any order, at any depth', () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'x\n"' })).toBe('{"a":"x\\n\\"","b":[{"c":null,"d":1}]}');
    expect(canonicalJson({ a: 1, b: { d: 2, c: 3 } })).toBe(canonicalJson({ b: { c: 3, d: 2 }, a: 1 }));
  });

  it('keeps the order of lists, and leaves out what is undefined', () => {
    expect(canonicalJson([2, 1])).toBe('[2,1]');
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it('is JSON of the same value', () => {
    const plan = planSchema.parse({});
    expect(JSON.parse(canonicalJson(plan))).toEqual(plan);
  });
});
