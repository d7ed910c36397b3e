import type { FittedPlan } from '../../../shared/fitted-plan.ts';
import { fitPlan } from '../../learning/fit-plan.ts';
import type { Started } from '../choice.ts';
import type { FitJob } from '../jobs.ts';
import { memoryBudget, needOf } from '../memory.ts';

/** By what the device could hold if nothing else were at work, so that the same volumes give the same plan again. */
export function fit({ fingerprint, plan, engines, seconds }: FitJob, started: Started): FittedPlan {
  const { engine } = started.computedOn;
  const speed = engines.find((found) => found.engine === engine)?.speed;
  const resources = {
    kind: started.kind,
    memory: memoryBudget(started, 'finetuning', plan).most,
    needOf: (candidate: typeof plan, windows: number) => needOf('finetuning', candidate, engine, windows, 1),
    slicesPerSecond: speed?.slicesPerSecond ?? null,
    seconds,
  };
  return fitPlan(fingerprint, resources, plan);
}
