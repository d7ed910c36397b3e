/**
 * From a volume's own unit to the numbers that a network sees (docs/method.md, section 1): clipped, less a mean,
 * divided by a deviation. Which ones, the plan's `normalisation` says.
 */
import type { Plan } from '../../shared/plan.ts';
import { quantile } from './quantile.ts';

/** What of a plan decides it. */
export type NormalisationPlan = Pick<Plan, 'normalisation' | 'hounsfield'>;

/** A value is limited to `low` and `high`, then (value - mean) / deviation. */
export interface Normalisation {
  low: number;
  high: number;
  mean: number;
  deviation: number; // above 0
}

const CLIP = [0.01, 0.99]; // quantiles; brighter and darker pixels are vessels, artefacts and air
const MOST_SORTED = 4_000_000; // values that quantiles are taken from; of more, every so many-th

/**
 * `hounsfield`: the plan's numbers, the same for every volume, since a Hounsfield unit means the same in every CT.
 *
 * `volume`: measured on the `each` values of each of the `slices`. Clips to the 1st and 99th percentile; mean and
 * deviation are of the clipped values, so that they become 0 and 1. A volume of one value becomes all zeros. `valuesOf`
 * may use one array for every slice.
 */
export function normalisationOf(
  { normalisation, hounsfield }: NormalisationPlan,
  slices: number,
  each: number,
  valuesOf: (slice: number) => Float32Array,
): Normalisation {
  if (normalisation === 'hounsfield') return hounsfield;
  const stride = Math.ceil((slices * each) / MOST_SORTED);
  const sample = new Float32Array(Math.ceil((slices * each) / stride));
  for (let slice = 0, at = 0; slice < slices; slice++) {
    const values = valuesOf(slice);
    for (let value = (stride - ((slice * each) % stride)) % stride; value < each; value += stride) {
      sample[at++] = values[value];
    }
  }
  sample.sort();
  const [low, high] = CLIP.map((fraction) => quantile(sample, fraction));
  const middle = (low + high) / 2; // sums are of what lies apart from it, so that few digits are lost
  let sum = 0;
  let squares = 0;
  for (let slice = 0; slice < slices; slice++) {
    const values = valuesOf(slice);
    for (let value = 0; value < each; value++) {
      const apart = Math.min(high, Math.max(low, values[value])) - middle;
      sum += apart;
      squares += apart * apart;
    }
  }
  const count = slices * each;
  const variance = Math.max(0, squares / count - (sum / count) ** 2);
  return { low, high, mean: middle + sum / count, deviation: low === high ? 1 : Math.sqrt(variance) || 1 };
}

export function normalised(value: number, { low, high, mean, deviation }: Normalisation): number {
  return (Math.min(high, Math.max(low, value)) - mean) / deviation;
}
