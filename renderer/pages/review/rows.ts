/** Rows of a review: which are shown, in what order, and which comes after a verdict. */
import type { ReviewRow } from '../../../shared/api/review.ts';
import type { Verdict } from '../../../shared/api/viewer.ts';
import { isCompared, qualityOf } from '../../../shared/headline.ts';
import { meanOfKnown } from '../../../shared/mean.ts';
import { texts } from '../../texts/index.ts';
import { byNumber, byText, type Column } from '../../ui/table.ts';

export type Row = ReviewRow & { id: string };
export const verdicts = ['open', 'accepted', 'corrected', 'rejected'] as const;

/** What the viewer shows of a row: a label map, beside the training labels that its scores were measured against. */
export function shownInViewer(row: ReviewRow, map: string): Record<string, string> {
  return isCompared(row) ? { map, compare: `training-${row.volume}` } : { map };
}

/** The mean over labels, leaving out those that are missing in one map; null where none is left. */
export function meanDistance({ scores }: ReviewRow, distance: 'hausdorff95' | 'assd'): number | null {
  return meanOfKnown(scores.map((score) => score[distance]));
}

/** mm3; null where it was not measured. */
export function totalVolume({ volumes }: ReviewRow): number | null {
  return volumes.length === 0 ? null : volumes.reduce((sum, { mm3 }) => sum + mm3, 0);
}

/** Every label that was predicted or scored, ascending. */
export function labelsOf({ volumes, scores }: ReviewRow): number[] {
  return [...new Set([...volumes, ...scores].map(({ label }) => label))].sort((a, b) => a - b);
}

/** With verdicts that were given here and that the site's list does not tell yet; who and when comes with the list. */
export function withVerdicts(rows: Row[], given: ReadonlyMap<string, Verdict>): Row[] {
  return given.size === 0 ? rows : rows.map((row) => withVerdict(row, given.get(row.id)));
}

function withVerdict(row: Row, verdict: Verdict | undefined): Row {
  return verdict === undefined || verdict === row.verdict ? row : { ...row, verdict, judged: null };
}

const last = (value: number | null) => value ?? Number.POSITIVE_INFINITY;
const { columns: titles } = texts.review;

export const columns: Column<Row>[] = [
  { key: 'name', title: titles.name, compare: byText((row) => row.volumeName) },
  { key: 'dice', title: titles.dice, width: '8rem', right: true, compare: byNumber(qualityOf) },
  {
    key: 'hausdorff95',
    title: titles.hausdorff95,
    width: '6rem',
    right: true,
    compare: byNumber((row) => last(meanDistance(row, 'hausdorff95'))),
  },
  {
    key: 'assd',
    title: titles.assd,
    width: '6rem',
    right: true,
    compare: byNumber((row) => last(meanDistance(row, 'assd'))),
  },
  {
    key: 'volume',
    title: titles.volume,
    width: '6rem',
    right: true,
    compare: byNumber((row) => last(totalVolume(row))),
  },
  {
    key: 'confidence',
    title: titles.confidence,
    width: '5.5rem',
    right: true,
    compare: byNumber((row) => row.confidence),
  },
  { key: 'verdict', title: titles.verdict, width: '7.5rem', compare: byNumber((row) => verdicts.indexOf(row.verdict)) },
];

export interface Filter {
  verdict: Verdict | 'all';
  withoutReference: boolean; // only those
  words: string;
}

export function fitting(rows: Row[], { verdict, withoutReference, words }: Filter): Row[] {
  const wanted = words.trim().toLowerCase();
  return rows.filter(
    (row) =>
      (verdict === 'all' || row.verdict === verdict) &&
      (!withoutReference || !isCompared(row)) &&
      row.volumeName.toLowerCase().includes(wanted),
  );
}

/** Without those that the chosen prediction shows beside the list anyway. */
export const fewColumns = columns.filter(({ key }) => key !== 'assd' && key !== 'volume');

/** As the table shows them. */
export function inOrder(rows: Row[], sort: { key: string; down: boolean }): Row[] {
  const compare = columns.find(({ key }) => key === sort.key)?.compare;
  if (!compare) return rows;
  return rows.toSorted(sort.down ? (a, b) => compare(b, a) : compare);
}

/** After a verdict about `id`: the next open row below it, else the first open one, else the row below, else none. */
export function nextAfter(rows: Row[], id: string): string | null {
  const at = rows.findIndex((row) => row.id === id);
  const others = [...rows.slice(at + 1), ...rows.slice(0, Math.max(at, 0))];
  return (others.find(({ verdict }) => verdict === 'open') ?? rows.at(at + 1) ?? null)?.id ?? null;
}
