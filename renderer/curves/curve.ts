/** Curves as charts and tables need them: put together, smoothed, thinned, summed up. Points stand in rising steps. */
import type { CurvePoint } from '../../shared/api/training.ts';

/** What was kept, and what came since: of a step that both have, what was kept counts. */
export function joined(kept: CurvePoint[], live: CurvePoint[]): CurvePoint[] {
  const last = kept.at(-1)?.step ?? Number.NEGATIVE_INFINITY;
  return live.length === 0 ? kept : [...kept, ...live.filter(({ step }) => step > last)];
}

/**
 * The exponential moving average, without the pull towards 0 at its beginning. `strength` from 0 (as it is) to below 1:
 * the weight of what came before.
 */
export function smoothed(points: CurvePoint[], strength: number): CurvePoint[] {
  if (strength <= 0) return points;
  let sum = 0;
  let weight = 0;
  return points.map(({ step, value }) => {
    sum = strength * sum + (1 - strength) * value;
    weight = strength * weight + (1 - strength);
    return { step, value: sum / weight };
  });
}

/** At most `count` points, evenly over the curve, the first and the last among them. */
export function thinned(points: CurvePoint[], count: number): CurvePoint[] {
  if (points.length <= count) return points;
  return Array.from({ length: count }, (_, row) => points[Math.round((row * (points.length - 1)) / (count - 1))]);
}

export interface CurveSummary {
  last: CurvePoint;
  lowest: CurvePoint;
  highest: CurvePoint;
}

/** Null of a curve without points. */
export function summaryOf(points: CurvePoint[]): CurveSummary | null {
  const last = points.at(-1);
  if (last === undefined) return null;
  let lowest = last;
  let highest = last;
  for (const point of points) {
    if (point.value < lowest.value) lowest = point;
    if (point.value > highest.value) highest = point;
  }
  return { last, lowest, highest };
}

/**
 * Columns over one rising list of all steps, as uPlot draws them: first the steps, then each curve's values,
 * `undefined` where it has no point there. `positive` leaves out what a logarithm does not know.
 */
export function columns(curves: CurvePoint[][], positive = false): [number[], ...(number | null | undefined)[][]] {
  const value = (point: CurvePoint) => (positive && point.value <= 0 ? null : point.value);
  if (curves.length === 1) return [curves[0].map(({ step }) => step), curves[0].map(value)];
  const steps = [...new Set(curves.flatMap((points) => points.map(({ step }) => step)))].sort((a, b) => a - b);
  const place = new Map(steps.map((step, index) => [step, index]));
  return [
    steps,
    ...curves.map((points) => {
      const column = new Array<number | null | undefined>(steps.length).fill(undefined);
      for (const point of points) column[place.get(point.step)!] = value(point);
      return column;
    }),
  ];
}

/** Ends of a logarithmic axis around positive values: numbers of one digit, as 0.3 and 2. */
export function logarithmicEnds(least: number, most: number): [number, number] {
  const unit = (value: number) => 10 ** Math.floor(Math.log10(value));
  const low = Math.floor(least / unit(least)) * unit(least);
  const high = Math.ceil(most / unit(most)) * unit(most);
  return high > low ? [low, high] : [low, low * 2];
}

/** The values beside an axis, with as many digits as it takes that no two of them read the same; null stays empty. */
export function axisTexts(values: (number | null)[]): string[] {
  const apart = new Set(values).size;
  const withDigits = (digits: number) =>
    values.map((value) => (value === null ? '' : String(Number(value.toPrecision(digits)))));
  return withDigits([3, 4, 5].find((digits) => new Set(withDigits(digits)).size === apart) ?? 6);
}
