/** A plan whose settings were fitted to volumes and a machine, and why each is what it is. */
import type { Plan, SettingPath } from './plan.ts';

/** What volumes and machine decide. All other settings are as the plan that fitting begins with has them. */
export const fittedSettings = [
  'axis',
  'spacing',
  'inputSize',
  'partitions',
  'labels',
  'normalisation',
  'hounsfield.low',
  'hounsfield.high',
  'hounsfield.mean',
  'hounsfield.deviation',
  'levels',
  'baseWidth',
  'volumesPerStep',
  'finetuneBatch',
] as const satisfies readonly SettingPath[];
export type FittedSetting = (typeof fittedSettings)[number];

/** For each setting a clause that follows "because", such as "voxels are coarsest along it". */
export type Reasons = Record<FittedSetting, string> & { finetuneSteps?: string }; // where a time was wanted

export interface FittedPlan {
  plan: Plan;
  reasons: Reasons;
}
