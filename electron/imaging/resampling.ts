/** Linear resampling along one axis, as a list of taps: which inputs an output is the weighted sum of. */

export interface Taps {
  /** First input of each output. */
  first: Int32Array;
  /** Weights of that input and the ones after it, of sum 1. */
  weights: Float32Array[];
}

/**
 * Taps of `count` outputs. `positionOf` gives each output's place among the inputs; inputs
 * exist from `low` to before `high`, and the outermost are repeated beyond. Neighbouring outputs lie `step`
 * inputs apart: beyond 1 the interpolating triangle is widened by it, so that shrinking averages instead of skipping
 * inputs.
 */
export function linearTaps(
  count: number,
  positionOf: (output: number) => number,
  low: number,
  high: number,
  step: number,
): Taps {
  const reach = Math.max(1, step);
  const first = new Int32Array(count);
  const weights: Float32Array[] = [];
  for (let output = 0; output < count; output++) {
    const place = Math.min(high - 1, Math.max(low, positionOf(output)));
    const start = Math.max(low, Math.ceil(place - reach));
    const end = Math.min(high - 1, Math.floor(place + reach));
    let taps = Array.from({ length: end - start + 1 }, (_, tap) =>
      Math.max(0, 1 - Math.abs(start + tap - place) / reach),
    );
    const lead = taps.findIndex((weight) => weight > 0);
    taps = taps.slice(lead, taps.findLastIndex((weight) => weight > 0) + 1);
    const sum = taps.reduce((total, weight) => total + weight, 0);
    first[output] = start + lead;
    weights.push(Float32Array.from(taps, (weight) => weight / sum));
  }
  return { first, weights };
}
