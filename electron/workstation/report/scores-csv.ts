/**
 * The scores of a review as a table for other programs, RFC 4180, UTF-8: a row for each volume and label (its statistic
 * is `value`), then rows that sum up those of them that count in the headline, over whole volumes and for each label.
 */
import type { Review, ReviewRow } from '../../../shared/api/review.ts';
import { type Distribution, isFew } from '../../../shared/distribution.ts';
import { countsInHeadline, headlineOf, isCompared } from '../../../shared/headline.ts';
import type { ScoreSummary } from '../../../shared/score-summary.ts';
import type { LabelScores } from '../../../shared/scores.ts';

const columns = [
  ...['statistic', 'volume', 'label', 'label_name', 'dice', 'hausdorff_mm', 'hausdorff95_mm', 'assd_mm'],
  ...['predicted_mm3', 'reference_mm3', 'correctly_empty', 'confidence', 'verdict', 'judged_by', 'judged_at'],
  ...['left_out', 'counts_in_headline'],
];
type Column = (typeof columns)[number];
type Cell = string | number | null | undefined;

const statistics: Record<string, (distribution: Distribution) => number | null> = {
  volumes: ({ values }) => values.length,
  mean: (distribution) => (isFew(distribution) ? null : distribution.mean),
  standard_deviation: (distribution) => (isFew(distribution) ? null : distribution.deviation),
  lowest: ({ least }) => least,
  lower_quartile: ({ lower }) => lower,
  median: ({ median }) => median,
  upper_quartile: ({ upper }) => upper,
  highest: ({ most }) => most,
};

/** Cells without a value are empty. A volume without a reference has a row for each label that was predicted. */
export function scoresCsv({ rows, labelNames }: Review): string {
  const nameOf = new Map(labelNames.map(({ label, name }) => [label, name]));
  const named = (label: number) => ({ label, label_name: nameOf.get(label) });
  const { volumes, labels } = headlineOf(rows);
  const lines = [
    ...rows.flatMap((row) => valueLines(row).map((line) => ({ ...line, ...named(line.label) }))),
    ...summaryLines(volumes),
    ...labels.flatMap((summary) => summaryLines(summary).map((line) => ({ ...line, ...named(summary.label) }))),
  ];
  const texts = lines.map((line: Record<Column, Cell>) => columns.map((column) => cell(line[column])));
  return [columns, ...texts].map((line) => `${line.join(',')}\r\n`).join('');
}

function valueLines(row: ReviewRow): (Record<Column, Cell> & { label: number })[] {
  const labels = [...new Set([...row.scores, ...row.volumes].map(({ label }) => label))].sort((a, b) => a - b);
  return labels.map((label) => {
    const scores: Partial<LabelScores> = row.scores.find((each) => each.label === label) ?? {};
    return {
      statistic: 'value',
      volume: row.volumeName,
      label,
      dice: scores.dice,
      hausdorff_mm: scores.hausdorff,
      hausdorff95_mm: scores.hausdorff95,
      assd_mm: scores.assd,
      predicted_mm3: row.volumes.find((each) => each.label === label)?.mm3 ?? 0,
      reference_mm3: scores.referenceVolume,
      correctly_empty: scores.dice === undefined ? null : yesOrNo(scores.dice === null),
      confidence: row.confidence,
      verdict: row.verdict,
      judged_by: row.judged?.person,
      judged_at: row.judged?.at,
      left_out: row.leftOut,
      counts_in_headline: yesOrNo(isCompared(row) && countsInHeadline(row)),
    };
  });
}

/** `volumes` says of each column how many stand behind it; of few there is no mean. */
function summaryLines({ dice, hausdorff95, assd, correctlyEmpty }: ScoreSummary): Record<Column, Cell>[] {
  return Object.entries(statistics).map(([statistic, of]) => {
    const value = (distribution: Distribution | null) => distribution && of(distribution);
    const counted = statistic === 'volumes' ? { correctly_empty: correctlyEmpty } : {};
    return { statistic, dice: value(dice), hausdorff95_mm: value(hausdorff95), assd_mm: value(assd), ...counted };
  });
}

function yesOrNo(is: boolean): string {
  return is ? 'yes' : 'no';
}

/** A text that a spreadsheet would take for a formula is kept from being one. */
function cell(value: Cell): string {
  if (typeof value !== 'string') return value === null || value === undefined ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
