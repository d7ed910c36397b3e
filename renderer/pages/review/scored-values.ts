/** Numbers of single volumes, each to be found again in a plot. */
import type { ReviewRow } from '../../../shared/api/review.ts';

export interface ScoredValue {
  row: string; // id of the label map
  name: string; // of the volume
  value: number;
}

/** Of one label in every row that has the number: distances of a label that one map lacks are left out. */
export function valuesOf(rows: ReviewRow[], label: number, what: 'dice' | 'hausdorff95'): ScoredValue[] {
  return rows.flatMap(({ map, volumeName, scores }) => {
    const value = scores.find((one) => one.label === label)?.[what] ?? null;
    return value === null ? [] : [{ row: map, name: volumeName, value }];
  });
}
