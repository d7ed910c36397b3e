/** The scores of a review as a table for other programs: a row for each volume and label, RFC 4180, UTF-8. */

import type { Review } from '../../../shared/api/review.ts';
import type { LabelScores } from '../../../shared/scores.ts';

const columns = [
  ...['volume', 'label', 'label_name', 'dice', 'hausdorff_mm', 'hausdorff95_mm', 'assd_mm'],
  ...['predicted_mm3', 'reference_mm3', 'confidence', 'verdict', 'judged_by', 'judged_at', 'left_out'],
];

/** Cells without a value are empty. A volume without a reference has a row for each label that was predicted. */
export function scoresCsv({ rows, labelNames }: Review): string {
  const nameOf = new Map(labelNames.map(({ label, name }) => [label, name]));
  const lines = rows.flatMap((row) => {
    const labels = [...new Set([...row.scores, ...row.volumes].map(({ label }) => label))].sort((a, b) => a - b);
    return labels.map((label) => {
      const scores: Partial<LabelScores> = row.scores.find((each) => each.label === label) ?? {};
      const predicted = row.volumes.find((each) => each.label === label)?.mm3 ?? 0;
      return [
        ...[row.volumeName, label, nameOf.get(label), scores.dice, scores.hausdorff, scores.hausdorff95, scores.assd],
        ...[predicted, scores.referenceVolume, row.confidence, row.verdict],
        ...[row.judged?.person, row.judged?.at, row.leftOut],
      ];
    });
  });
  return [columns, ...lines].map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

/** A text that a spreadsheet would take for a formula is kept from being one. */
function cell(value: string | number | null | undefined): string {
  if (typeof value !== 'string') return value === null || value === undefined ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
