/** Ways to begin a plan: how wide the network and how long the training. What depends on the scans they leave alone. */
import type { Plan } from '../../shared/plan.ts';
import { defaultPlan, type SettingPath } from './settings.ts';

type Effort = Pick<
  Plan,
  'baseWidth' | 'rounds' | 'stepsPerRound' | 'volumesPerStep' | 'bankSize' | 'sampledFeatures' | 'finetuneSteps'
>;

export const presetNames = ['quick', 'usual', 'paper'] as const;
export type PresetName = (typeof presetNames)[number];

const { baseWidth, rounds, stepsPerRound, volumesPerStep, bankSize, sampledFeatures, finetuneSteps } = defaultPlan;
const usual: Effort = { baseWidth, rounds, stepsPerRound, volumesPerStep, bankSize, sampledFeatures, finetuneSteps };

export const presets: Record<PresetName, Effort> = {
  /** Over in a minute or two on two cores: to see how it goes, not to segment with. */
  quick: { ...usual, baseWidth: 8, rounds: 3, stepsPerRound: 6, volumesPerStep: 2, finetuneSteps: 60 },
  usual,
  /** The paper's width; a wide network learns slowly, so it gets more of everything. Hours on a processor. */
  paper: {
    ...usual,
    baseWidth: 48,
    rounds: 50,
    stepsPerRound: 50,
    bankSize: 4096,
    sampledFeatures: 4096,
    finetuneSteps: 2000,
  },
};

/** What of a preset is among these settings. */
export function presetValues(name: PresetName, among: readonly SettingPath[]): [keyof Effort, number][] {
  return (Object.entries(presets[name]) as [keyof Effort, number][]).filter(([setting]) => among.includes(setting));
}

/** The preset that a plan follows in these settings, if any. */
export function presetOf(plan: Plan, among: readonly SettingPath[]): PresetName | undefined {
  return presetNames.find((name) => presetValues(name, among).every(([setting, value]) => plan[setting] === value));
}
