/** What a review says of a model first: the same rule for the window, the reports and the table. */
import type { ReviewRow } from './api/review.ts';
import { type ScoresSummary, summariseScores } from './score-summary.ts';

/** Whether a row's scores may speak for the model. */
export function countsInHeadline({ leftOut }: Pick<ReviewRow, 'leftOut'>): boolean {
  return leftOut === null;
}

/** Sums up the rows that count and have a reference. */
export function headlineOf(rows: ReviewRow[]): ScoresSummary {
  return summariseScores(rows.filter((row) => isCompared(row) && countsInHeadline(row)).map(({ scores }) => scores));
}

/** Whether there was a reference to score the prediction against. */
export function isCompared({ scores }: Pick<ReviewRow, 'scores'>): boolean {
  return scores.length > 0;
}

/**
 * Of two rows the worse one has less: Dice, or, without a reference, how sure the model is. Nothing where nothing is
 * leaves nothing to do better.
 */
export function qualityOf(row: ReviewRow): number {
  return row.dice ?? (isCompared(row) ? 1 : row.confidence);
}
