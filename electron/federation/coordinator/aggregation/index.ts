/** Which aggregation a plan names. */
import type { Plan } from '../../../../shared/plan.ts';
import type { Aggregation } from './aggregation.ts';
import { federatedAverage } from './fedavg.ts';

const aggregations: Record<Plan['aggregation'], Aggregation> = { fedavg: federatedAverage };

export function aggregationOf({ aggregation }: Plan): Aggregation {
  return aggregations[aggregation];
}
