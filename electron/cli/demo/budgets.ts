/**
 * The plans that demos run by: as much pre-training as the time allows, and as many fine-tuning steps as it takes from
 * a random start to find the structure at all. Every method has the same steps; the report's curves show what fewer
 * give.
 */
import type { PlanInput } from '../../../shared/plan.ts';

/** Little more than two minutes on two cores, making the volumes included. */
export const phantomPlan: PlanInput = {
  spacing: 1.25, // mm; a phantom of 40 mm fills 32 pixels
  inputSize: 32,
  baseWidth: 8,
  rounds: 18,
  momentum: 0.9, // a run of some hundred steps is over before a slower encoder has moved
  sampledFeatures: 2048, // all features of four sites: sampling fewer only adds noise
  augmentation: { rotation: 8, scale: 0.08, shift: 0.04 },
  finetuneSteps: 100,
};

/** About ten minutes for four sites of twelve volumes of 35 x 50 x 36 voxels, on two cores. */
export const folderPlan: PlanInput = {
  baseWidth: 8,
  rounds: 30,
  sampledFeatures: 2048,
  finetuneSteps: 100,
};
