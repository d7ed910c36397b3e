/** Weight files read for a plan: the parts asked for, complete and of the plan's shapes. */
import { fault } from '../../../shared/errors.ts';
import { sha256Hex } from '../../../shared/hash.ts';
import { networkSettings, type Plan } from '../../../shared/plan.ts';
import { encodeSafetensors, type WeightTensors } from '../../../shared/safetensors.ts';
import { type NetworkPart, weightShapes } from '../../../shared/weight-shapes.ts';
import { readWeights } from '../../storage/weight-file.ts';

/** Throws as `readWeights`, and `engine.weights-do-not-fit`. Parts that were not asked for are left out. */
export function readPlanWeights(file: string, plan: Plan, parts: NetworkPart[]): WeightTensors {
  return fitting(readWeights(file).weights, file, plan, parts);
}

/** The weights of the parts. Throws `engine.weights-do-not-fit`, naming `file`. */
export function fitting(weights: WeightTensors, file: string, plan: Plan, parts: NetworkPart[]): WeightTensors {
  const chosen: WeightTensors = {};
  for (const [name, shape] of Object.entries(weightShapes(networkSettings(plan), parts))) {
    const weight = weights[name];
    if (!weight) throw fault('engine.weights-do-not-fit', { file, reason: `it has no ${name}` });
    if (weight.shape.length !== shape.length || weight.shape.some((side, axis) => side !== shape[axis])) {
      const reason = `${name} has the shape ${weight.shape.join(' x ')}, not ${shape.join(' x ')}`;
      throw fault('engine.weights-do-not-fit', { file, reason });
    }
    chosen[name] = weight;
  }
  return chosen;
}

/** Names the weights by their numbers alone: SHA-256, hex. */
export function weightsHash(weights: WeightTensors): string {
  return sha256Hex(encodeSafetensors(weights));
}
