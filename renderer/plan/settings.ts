/** The settings of a plan as a form shows them: where each belongs, which matter first, what kind of value it holds. */
import { type Plan, planSchema, type SettingPath, settingAt } from '../../shared/plan.ts';

export type { SettingPath };

export const planGroups = [
  'slices',
  'network',
  'pretraining',
  'finetuning',
  'augmentation',
  'federation',
  'privacy',
] as const;
export type PlanGroup = (typeof planGroups)[number];

export type SettingValue = string | number | boolean | number[] | null; // null: an emptied field

export interface Setting {
  path: SettingPath;
  group: PlanGroup;
  kind: 'number' | 'labels' | 'choice' | 'switch';
  main: boolean; // shown first, outside of "All settings"
}

const main = (path: SettingPath, group: PlanGroup, kind: Setting['kind'] = 'number'): Setting => {
  return { path, group, kind, main: true };
};
const more = (path: SettingPath, group: PlanGroup, kind: Setting['kind'] = 'number'): Setting => {
  return { path, group, kind, main: false };
};

/** Every setting of a plan, in the order of the form. */
export const settings: Setting[] = [
  main('axis', 'slices', 'choice'),
  main('spacing', 'slices'),
  main('inputSize', 'slices'),
  main('partitions', 'slices'),
  main('labels', 'slices', 'labels'),
  more('normalisation', 'slices', 'choice'),
  more('hounsfield.low', 'slices'),
  more('hounsfield.high', 'slices'),
  more('hounsfield.mean', 'slices'),
  more('hounsfield.deviation', 'slices'),
  main('baseWidth', 'network'),
  more('levels', 'network'),
  more('featureLength', 'network'),
  more('seed', 'network'),
  more('engine', 'network', 'choice'),
  more('method', 'pretraining', 'choice'),
  main('rounds', 'pretraining'),
  main('stepsPerRound', 'pretraining'),
  main('volumesPerStep', 'pretraining'),
  more('pretrainingRate', 'pretraining'),
  more('temperature', 'pretraining'),
  more('momentum', 'pretraining'),
  more('bankSize', 'pretraining'),
  more('sampledFeatures', 'pretraining'),
  main('finetuneSteps', 'finetuning'),
  more('finetuneBatch', 'finetuning'),
  more('finetuneRate', 'finetuning'),
  more('finetuneEncoderFactor', 'finetuning'),
  more('finetuneUntil', 'finetuning', 'choice'),
  more('finetuneFall', 'finetuning'),
  more('finetuneAveraging', 'finetuning'),
  more('augmentation.rotation', 'augmentation'),
  more('augmentation.scale', 'augmentation'),
  more('augmentation.shift', 'augmentation'),
  more('augmentation.brightness', 'augmentation'),
  more('augmentation.contrast', 'augmentation'),
  more('augmentation.noise', 'augmentation'),
  more('augmentation.bend', 'augmentation'),
  more('augmentation.gamma', 'augmentation'),
  more('augmentation.blur', 'augmentation'),
  main('exchangeFeatures', 'federation', 'switch'),
  main('finetuneRounds', 'federation'),
  more('aggregation', 'federation', 'choice'),
  main('quorum', 'federation'),
  more('refusersReceive', 'federation', 'switch'),
  more('featuresDeadline', 'federation'),
  more('trainingDeadline', 'federation'),
  more('privacy.clip', 'privacy'),
  more('privacy.noise', 'privacy'),
  more('privacy.decimals', 'privacy'),
];

/** A plan in which nothing was changed. */
export const defaultPlan: Plan = planSchema.parse({});

export function settingValue(plan: Plan, path: SettingPath): SettingValue {
  return settingAt(plan, path) as SettingValue; // in a form it may be what somebody is typing
}

/** A copy with one value changed. What stands in a field may be no plan yet: see problems.ts. */
export function withValue(plan: Plan, path: SettingPath, value: SettingValue): Plan {
  const [first, second] = path.split('.');
  if (second === undefined) return { ...plan, [first]: value };
  return { ...plan, [first]: { ...(plan[first as keyof Plan] as object), [second]: value } };
}

function sameValue(a: SettingValue, b: SettingValue): boolean {
  return Array.isArray(a) && Array.isArray(b)
    ? a.length === b.length && a.every((label, index) => label === b[index])
    : a === b;
}

/** Settings whose values are not the same in all plans, in the order of the form. */
export function differing(...plans: Plan[]): Setting[] {
  return settings.filter(({ path }) =>
    plans.some((plan) => !sameValue(settingValue(plan, path), settingValue(plans[0], path))),
  );
}

/** "1, 2" as label numbers; what is no whole number becomes NaN, which no plan allows. */
export function readLabels(text: string): number[] {
  return text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
}
