/** The plans that demos run by, chosen by learning curves (electron/cli/demo/BUDGETS.md), not for one method. */
import type { PlanInput } from '../../../shared/plan.ts';

/** Three minutes on two cores. */
export const phantomPlan: PlanInput = {
  inputSize: 48,
  baseWidth: 8,
  rounds: 6,
  stepsPerRound: 8,
  volumesPerStep: 4,
  finetuneSteps: 80,
  finetuneBatch: 8,
};

export const folderPlan: PlanInput = {
  inputSize: 48,
  baseWidth: 8,
  rounds: 20,
  stepsPerRound: 12,
  finetuneSteps: 250,
  finetuneBatch: 8,
};
