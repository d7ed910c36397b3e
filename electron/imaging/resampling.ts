/** Linear resampling along one axis, as a list of taps: which inputs an output is the weighted sum of. */

export interface Taps {
  /** First input of each output; -1 where the output lies outside the input. */
  first: Int32Array;
  /** Weights of that input and the ones after it, of sum 1; empty where the output lies outside. */
  weights: Float32Array[];
}

/**
 * Taps of `count` outputs. `positionOf` gives each output's place among the inputs, null for one that lies outside;
 * inputs exist from `low` to before `high`, and the outermost are repeated beyond. Neighbouring outputs lie `step`
 * inputs apart: beyond 1 the interpolating triangle is widened by it, so that shrinking averages instead of skipping
 * inputs.
 */
export function linearTaps(
  count: number,
  positionOf: (output: number) => number | null,
  low: number,
  high: number,
  step: number,
): Taps {
  const reach = Math.max(1, step);
  const first = new Int32Array(count).fill(-1);
  const weights: Float32Array[] = [];
  for (let output = 0; output < count; output++) {
    const position = positionOf(output);
    if (position === null) {
      weights.push(new Float32Array(0));
      continue;
    }
    const place = Math.min(high - 1, Math.max(low, position));
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
