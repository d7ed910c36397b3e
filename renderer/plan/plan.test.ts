import { expect, it } from 'vitest';
import { planSchema } from '../../shared/plan.ts';
import { effortOf, presetNames, presetOf, presetValues } from './presets.ts';
import { problemsOf } from './problems.ts';
import { defaultPlan, differing, readLabels, settings, settingValue, withValue } from './settings.ts';

it('lists every setting of a plan once', () => {
  const paths = Object.entries(defaultPlan).flatMap(([name, value]) =>
    typeof value === 'object' && !Array.isArray(value) ? Object.keys(value).map((part) => `${name}.${part}`) : [name],
  );
  expect(settings.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
});

it('finds what differs, also inside of a block and in label numbers', () => {
  let plan = withValue(defaultPlan, 'labels', [1, 3]);
  plan = withValue(plan, 'augmentation.noise', 0.5);
  expect(differing(defaultPlan, plan).map(({ path }) => path)).toEqual(['labels', 'augmentation.noise']);
  expect(differing(defaultPlan, { ...defaultPlan, labels: [1, 2] })).toEqual([]);
  expect(settingValue(plan, 'augmentation.noise')).toBe(0.5);
  expect(defaultPlan.augmentation.noise).toBe(0.05);
});

it('says at the setting what is wrong with it, in words', () => {
  const wrong = {
    ...defaultPlan,
    inputSize: 50,
    baseWidth: null,
    rounds: 2.5,
    spacing: 0,
    pretrainingRate: 0,
    labels: readLabels('1, x'),
    privacy: { ...defaultPlan.privacy, decimals: 9 },
  };
  expect(Object.fromEntries(problemsOf(wrong))).toEqual({
    inputSize: 'A multiple of 16.',
    baseWidth: 'A number is needed here.',
    rounds: 'A whole number is needed here.',
    spacing: 'At least 0.1.',
    pretrainingRate: 'More than 0.',
    labels: 'Whole numbers from 1 to 255, with commas between them.',
    'privacy.decimals': 'At most 7.',
  });
  expect(problemsOf({ ...defaultPlan, labels: [] }).get('labels')).toBe('At least one label number.');
  expect(problemsOf({ ...defaultPlan, labels: [2, 2] }).get('labels')).toBe('A label number stands there twice.');
  expect(problemsOf(defaultPlan).size).toBe(0);
});

it('reads label numbers as people type them', () => {
  expect(readLabels('1, 2;7  9,')).toEqual([1, 2, 7, 9]);
  expect(readLabels('')).toEqual([]);
  expect(readLabels('1.5')).toEqual([Number.NaN]);
});

it('has presets that are plans, and knows which one a plan follows', () => {
  const all = settings.map(({ path }) => path);
  for (const name of presetNames) {
    const plan = { ...defaultPlan, axis: 'axial' as const, ...effortOf(name, defaultPlan) };
    expect(planSchema.safeParse(plan).success).toBe(true);
    expect(presetOf(plan, defaultPlan, all)).toBe(name);
  }
  expect(presetOf({ ...defaultPlan, rounds: 11 }, defaultPlan, all)).toBeUndefined();
});

it('sees presets from the plan that was fitted', () => {
  const all = settings.map(({ path }) => path);
  const fitted = { ...defaultPlan, inputSize: 176, baseWidth: 32, volumesPerStep: 2 };
  expect(presetOf(fitted, fitted, all)).toBe('usual');
  expect(presetOf(fitted, defaultPlan, all)).toBeUndefined();
  expect(effortOf('paper', fitted)).toMatchObject({ baseWidth: 48, volumesPerStep: 2 });
});

it('looks at a preset only in the settings that can be changed', () => {
  const narrow = { ...defaultPlan, baseWidth: 8 };
  expect(presetOf(narrow, defaultPlan, ['baseWidth', 'finetuneSteps'])).toBeUndefined();
  expect(presetOf(narrow, defaultPlan, ['finetuneSteps'])).toBe('usual');
  expect(presetValues('quick', defaultPlan, ['finetuneSteps', 'axis'])).toEqual([['finetuneSteps', 60]]);
});
