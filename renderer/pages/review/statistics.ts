/** Numbers that sum up the scores of many volumes. */
import type { ReviewRow } from '../../../shared/api/review.ts';

/** Null of no values. */
export function meanOf(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of rising values; between two of them linearly (type 7 of Hyndman and Fan). Null of no values. */
export function quantile(rising: number[], share: number): number | null {
  if (rising.length === 0) return null;
  const place = share * (rising.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, rising.length - 1);
  return rising[below] + (place - below) * (rising[above] - rising[below]);
}

export interface Spread {
  count: number;
  mean: number;
  deviation: number | null; // of the sample; null of one value
  least: number;
  lower: number; // quartile
  median: number;
  upper: number;
  most: number;
}

/** Null of no values. */
export function spreadOf(values: number[]): Spread | null {
  const mean = meanOf(values);
  if (mean === null) return null;
  const rising = values.toSorted((a, b) => a - b);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const at = (share: number) => quantile(rising, share) as number;
  return {
    count: values.length,
    mean,
    deviation: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)),
    least: rising[0],
    lower: at(0.25),
    median: at(0.5),
    upper: at(0.75),
    most: rising[rising.length - 1],
  };
}

export interface ScoredValue {
  row: string; // id of the label map
  name: string; // of the volume
  value: number;
}

export interface LabelStatistics {
  label: number;
  dice: ScoredValue[];
  hausdorff95: ScoredValue[]; // mm; volumes that lack the label in one map are left out
  assd: ScoredValue[];
  volumeDifference: ScoredValue[]; // predicted less reference, as a share of the reference
}

/** By label number, of the rows that have a reference. */
export function statisticsOf(rows: ReviewRow[]): LabelStatistics[] {
  const labels = [...new Set(rows.flatMap(({ scores }) => scores.map(({ label }) => label)))].sort((a, b) => a - b);
  return labels.map((label) => {
    const found = rows.flatMap((row) => {
      const score = row.scores.find((one) => one.label === label);
      return score ? [{ row, score }] : [];
    });
    const values = (of: (score: ReviewRow['scores'][number]) => number | null): ScoredValue[] =>
      found.flatMap(({ row, score }) => {
        const value = of(score);
        return value === null ? [] : [{ row: row.map, name: row.volumeName, value }];
      });
    return {
      label,
      dice: values((score) => score.dice),
      hausdorff95: values((score) => score.hausdorff95),
      assd: values((score) => score.assd),
      volumeDifference: values(({ predictedVolume, referenceVolume }) =>
        referenceVolume > 0 ? (predictedVolume - referenceVolume) / referenceVolume : null,
      ),
    };
  });
}
