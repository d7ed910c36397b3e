/** Ways to begin a plan: how wide the network and how long the training. What depends on the scans they leave alone. */
import type { Plan } from '../../shared/plan.ts';
import { defaultPlan } from './settings.ts';

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

/** The preset that a plan follows, if any. */
export function presetOf(plan: Plan): PresetName | undefined {
  return presetNames.find((name) =>
    Object.entries(presets[name]).every(([setting, value]) => plan[setting as keyof Effort] === value),
  );
}
