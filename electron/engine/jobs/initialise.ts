import { networkSettings } from '../../../shared/plan.ts';
import type { WeightTensors } from '../../../shared/safetensors.ts';
import type { NetworkPart } from '../../../shared/weight-shapes.ts';
import { initialWeights } from '../../learning/network/weights.ts';
import { readWeights, writeWeights } from '../../storage/weight-file.ts';
import type { InitialiseJob } from '../jobs.ts';
import { fitting } from './plan-weights.ts';

/** Writes weights to begin with: each part as `from` has it, or drawn from the plan's seed where `from` lacks it. */
export function initialise({ plan, parts, from, out }: InitialiseJob): { parameters: number } {
  const kept = from === undefined ? {} : readWeights(from).weights;
  const has = (part: NetworkPart) => Object.keys(kept).some((name) => name.startsWith(`${part}.`));
  const weights: WeightTensors = {
    ...initialWeights(
      networkSettings(plan),
      parts.filter((part) => !has(part)),
      plan.seed,
    ),
    ...fitting(kept, from ?? '', plan, parts.filter(has)),
  };
  writeWeights(out, weights, { plan, kind: parts.includes('decoder') ? 'unet' : 'encoder' });
  return { parameters: Object.values(weights).reduce((sum, { data }) => sum + data.length, 0) };
}
