/** Values of many volumes in a few numbers, and the values themselves. */
import { mean } from './mean.ts';

export interface Distribution {
  values: number[]; // ascending
  mean: number;
  deviation: number | null; // standard deviation of the sample; null of one value
  least: number;
  lower: number; // quartile
  median: number;
  upper: number; // quartile
  most: number;
}

/** Of fewer values than this a mean says little: they are told one by one, or by their range. */
export const FEW = 5;

export function isFew({ values }: Distribution): boolean {
  return values.length < FEW;
}

/** Of the values that are there; null where none is. */
export function distributionOf(values: (number | null)[]): Distribution | null {
  const ascending = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (ascending.length === 0) return null;
  const middle = mean(ascending);
  const squares = ascending.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return {
    values: ascending,
    mean: middle,
    deviation: ascending.length < 2 ? null : Math.sqrt(squares / (ascending.length - 1)),
    least: ascending[0],
    lower: quantile(ascending, 0.25),
    median: quantile(ascending, 0.5),
    upper: quantile(ascending, 0.75),
    most: ascending[ascending.length - 1],
  };
}

/** Of one or more ascending values; between two of them linearly (type 7 of Hyndman and Fan, as R and NumPy do). */
function quantile(ascending: number[], share: number): number {
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below] + (place - below) * (ascending[above] - ascending[below]);
}
