/** The seam behind which each way of making the next global weights is a file of its own. */
import type { WeightTensors } from '../../../../shared/safetensors.ts';

export interface WeightedUpdate {
  weights: WeightTensors;
  volumes: number; // that the site trained on, at least 1
}

/**
 * The next global weights from the updates of a round, at least one of them, all with the same tensors. Neither the
 * order of the updates nor the sites' keys may change a bit of the result.
 */
export type Aggregation = (updates: WeightedUpdate[]) => WeightTensors;
