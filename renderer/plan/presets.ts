/**
 * Ways to begin a plan: how wide the network and how long the training, seen from a plan that is fitted or usual. What
 * depends on the scans they leave alone.
 */
import type { Plan } from '../../shared/plan.ts';
import type { SettingPath } from './settings.ts';

type Effort = Pick<
  Plan,
  'baseWidth' | 'rounds' | 'stepsPerRound' | 'volumesPerStep' | 'bankSize' | 'sampledFeatures' | 'finetuneSteps'
>;

export const presetNames = ['quick', 'usual', 'paper'] as const;
export type PresetName = (typeof presetNames)[number];

const presets: Record<PresetName, Partial<Effort>> = {
  /** Over in a minute or two on two cores: to see how it goes, not to segment with. */
  quick: { baseWidth: 8, rounds: 3, stepsPerRound: 6, volumesPerStep: 2, finetuneSteps: 60 },
  usual: {},
  /** The paper's width; a wide network learns slowly, so it gets more of everything. Hours on a processor. */
  paper: {
    baseWidth: 48,
    rounds: 50,
    stepsPerRound: 50,
    bankSize: 4096,
    sampledFeatures: 4096,
    finetuneSteps: 2000,
  },
};

/** The settings that presets say something of, as one of them has them; what it leaves alone is as in `basis`. */
export function effortOf(
  name: PresetName,
  { baseWidth, rounds, stepsPerRound, volumesPerStep, bankSize, sampledFeatures, finetuneSteps }: Plan,
): Effort {
  const usual = { baseWidth, rounds, stepsPerRound, volumesPerStep, bankSize, sampledFeatures, finetuneSteps };
  return { ...usual, ...presets[name] };
}

/** What of a preset is among these settings. */
export function presetValues(name: PresetName, basis: Plan, among: readonly SettingPath[]): [keyof Effort, number][] {
  const values = Object.entries(effortOf(name, basis)) as [keyof Effort, number][];
  return values.filter(([setting]) => among.includes(setting));
}

/** The preset that a plan follows in these settings, if any. */
export function presetOf(plan: Plan, basis: Plan, among: readonly SettingPath[]): PresetName | undefined {
  return presetNames.find((name) =>
    presetValues(name, basis, among).every(([setting, value]) => plan[setting] === value),
  );
}
