/**
 * The plan: the settings that all sites of a federation share. A plan file names only what differs from these
 * defaults. Units and reasons stand beside each setting.
 */
import { z } from 'zod';
import { engineChoices } from './engine.ts';
import { methodNames, usualMethod } from './method.ts';

/** Each is a file of electron/federation/coordinator/aggregation. */
const aggregations = ['fedavg'] as const;

/** When a fine-tuning ends. */
const finetuneEnds = ['steps', 'flat'] as const;

const count = (least: number, most: number) => z.int().min(least).max(most);
const fraction = z.number().min(0).max(1);

export const augmentationSchema = z.strictObject({
  rotation: z.number().min(0).max(180).default(15), // degrees, either way, about the slice's centre
  scale: fraction.default(0.15), // size changes by up to this fraction
  shift: fraction.default(0.08), // of the slice's side, along each axis
  brightness: z.number().min(0).max(2).default(0.2), // added, in standard deviations of the volume
  contrast: fraction.default(0.25), // multiplied by 1 +- this
  noise: z.number().min(0).max(2).default(0.05), // deviation of added Gaussian noise, in standard deviations
  bend: z.number().min(0).max(0.25).default(0), // of the window's side, by which its parts move on their own, either way
  gamma: z.number().min(0).max(2).default(0), // values over their range are raised to 1 to 1 + this, or to the inverse
  blur: z.number().min(0).max(5).default(0), // deviation of a Gaussian blur, up to this many pixels
});

/** What is done to feature vectors before they leave. Off by default: vectors already carry no pixel. */
export const privacySchema = z.strictObject({
  // Largest absolute value of one number; 1 clips nothing of a unit vector
  clip: z.number().positive().max(1).default(1),
  noise: z.number().min(0).max(1).default(0), // deviation of Gaussian noise added to each number
  decimals: count(2, 7).default(4), // numbers are rounded to this many decimals
});

/** How values of every volume are scaled where `normalisation` is `hounsfield`, in Hounsfield units. */
const hounsfieldSchema = z
  .strictObject({
    low: z.number().min(-32_768).max(32_767).default(-1000), // air; what lies below counts as this
    high: z.number().min(-32_768).max(32_767).default(1000), // dense bone; what lies above counts as this
    mean: z.number().min(-32_768).max(32_767).default(0), // water; becomes 0
    deviation: z.number().positive().max(32_767).default(500), // becomes 1
  })
  .refine(({ low, high }) => low < high, { path: ['high'], message: 'must be above hounsfield.low' });

export const planSchema = z.strictObject({
  // Slices
  axis: z.enum(['axial', 'coronal', 'sagittal']).default('coronal'), // the hippocampus runs front to back
  spacing: z.number().min(0.1).max(10).default(1), // mm in plane after resampling
  // Pixels a side of a window; four halvings need a multiple of 16
  inputSize: z.int().min(16).max(512).multipleOf(16).default(48),
  partitions: count(2, 16).default(4), // S in the paper
  labels: z // label numbers to segment
    .array(count(1, 255))
    .min(1)
    .max(32)
    .refine((labels) => new Set(labels).size === labels.length, 'a label number stands there twice')
    .default([1, 2]),
  // 'volume': each by its own 1st and 99th percentile, mean and deviation; 'hounsfield': all by the numbers below
  normalisation: z.enum(['volume', 'hounsfield']).default('volume'),
  hounsfield: hounsfieldSchema.prefault({}),

  // Network
  levels: count(3, 5).default(5),
  // Channels of the first level; 48 in the paper, 16 suits a CPU
  baseWidth: z.int().min(4).max(64).multipleOf(4).default(16),
  featureLength: count(16, 512).default(128), // numbers in a feature vector

  // Pre-training
  method: z.enum(methodNames).default(usualMethod), // the pretext task that it learns from
  rounds: count(0, 1000).default(10), // 0 skips pre-training
  stepsPerRound: count(1, 10_000).default(12),
  volumesPerStep: count(1, 64).default(4), // V: each gives one slice per partition, twice augmented
  pretrainingRate: z.number().positive().max(1).default(1e-3), // Adam's learning rate
  temperature: z.number().positive().max(1).default(0.1), // tau
  momentum: fraction.default(0.99), // m of the momentum encoder
  bankSize: count(16, 65_536).default(512), // local features kept, first in first out
  sampledFeatures: count(16, 65_536).default(512), // K: features of Q' in a step

  // Fine-tuning
  finetuneSteps: count(1, 100_000).default(250), // optimiser steps; in a federated fine-tuning: in all rounds together
  finetuneRounds: count(0, 1000).default(0), // rounds of federated fine-tuning after pre-training; 0: each site alone
  finetuneBatch: count(1, 256).default(8), // slices a step
  finetuneRate: z.number().positive().max(1).default(1e-3),
  finetuneEncoderFactor: fraction.default(1), // the encoder's learning rate relative to finetuneRate
  finetuneUntil: z.enum(finetuneEnds).default('steps'), // 'flat': until it stops improving, finetuneSteps at most
  finetuneFall: z.number().min(0).max(0.9).default(0), // last share of the steps, over which the rate falls to nothing
  finetuneAveraging: z.number().min(0).lt(1).default(0), // of averaged weights, what stays in a step; 0: no average

  augmentation: augmentationSchema.prefault({}),

  // Federation
  aggregation: z.enum(aggregations).default('fedavg'), // how the sites' weights become the next global ones
  exchangeFeatures: z.boolean().default(true), // false: weights are averaged, features stay at home
  refusersReceive: z.boolean().default(true), // does a site that shares no features still receive the others'?
  quorum: count(1, 1000).default(2), // sites that must send weights for a round to count
  featuresDeadline: z.number().positive().max(86_400).default(300), // seconds for consent and upload of features
  // Seconds for local training, consent and upload of weights
  trainingDeadline: z.number().positive().max(604_800).default(3600),
  privacy: privacySchema.prefault({}),

  seed: count(0, 2 ** 31 - 1).default(1),
  // 'auto': each site its own; a name: every site this one, to compare numbers
  engine: z.enum(engineChoices).default('auto'),
});

/** Every setting, filled in. */
export type Plan = z.infer<typeof planSchema>;
/** What a plan file may say: any part of it. */
export type PlanInput = z.input<typeof planSchema>;
export type Augmentation = Plan['augmentation'];
export type Privacy = Plan['privacy'];

/** Where a setting stands in a plan: its name, with the block's name before it where it has one. */
type PathOf<Block> = {
  [Name in keyof Block & string]: Block[Name] extends unknown[] | number | boolean | string
    ? Name
    : `${Name}.${keyof Block[Name] & string}`;
}[keyof Block & string];
export type SettingPath = PathOf<Plan>;

/** The value at a path. */
export function settingAt(plan: Plan, path: SettingPath): Plan[keyof Plan] | number {
  const [first, second] = path.split('.');
  const value = plan[first as keyof Plan];
  return second === undefined ? value : (value as unknown as Record<string, number>)[second];
}

/** One line a problem, as "setting: what is wrong". Empty when `value` is a plan. */
export function planProblems(value: unknown): string[] {
  const parsed = planSchema.safeParse(value);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => `${issue.path.join('.') || 'plan'}: ${issue.message}`);
}

/** Network settings that the weights' shapes follow from. */
export interface NetworkSettings {
  levels: number;
  baseWidth: number;
  featureLength: number;
  classes: number; // labels and background
}

export function networkSettings(plan: Plan): NetworkSettings {
  return {
    levels: plan.levels,
    baseWidth: plan.baseWidth,
    featureLength: plan.featureLength,
    classes: plan.labels.length + 1,
  };
}

/** Settings that plans of earlier versions had not, with the value that stands for how those versions worked. */
const addedSettings = {
  engine: 'auto',
  method: 'fcl',
  aggregation: 'fedavg',
  finetuneUntil: 'steps',
  finetuneFall: 0,
  finetuneAveraging: 0,
  'augmentation.bend': 0,
  'augmentation.gamma': 0,
  'augmentation.blur': 0,
  normalisation: 'volume',
  hounsfield: hounsfieldSchema.parse({}),
} as const satisfies { [Path in SettingPath | 'hounsfield']?: unknown };

/**
 * What a plan agrees on, as it is sent, stored and hashed. Settings that came later are part of it where they say
 * something else than earlier versions did, and are left out else: so a plan keeps its hash, and sites of earlier
 * versions, which refuse a setting that they do not know, can take part. `auto` leaves each site its engine; a
 * command's `--engine` is no part of a plan, so that a run goes on, from its checkpoint, with another engine than it
 * began with.
 */
export function agreedPlan(plan: Plan): PlanInput {
  const { augmentation, ...others } = plan;
  return {
    ...Object.fromEntries(Object.entries(others).filter(([name, value]) => !isAsBefore(name, value))),
    augmentation: Object.fromEntries(
      Object.entries(augmentation).filter(([name, value]) => !isAsBefore(`augmentation.${name}`, value)),
    ),
  };
}

function isAsBefore(path: string, value: unknown): boolean {
  return (
    Object.hasOwn(addedSettings, path) &&
    canonicalJson(addedSettings[path as keyof typeof addedSettings]) === canonicalJson(value)
  );
}

/** The text whose SHA-256 is the plan's hash, the same at every site. */
export function planText(plan: Plan): string {
  return canonicalJson(agreedPlan(plan));
}

/** JSON with sorted keys: the same text for the same value. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
