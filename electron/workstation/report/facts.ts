/** What a report tells of a model's predictions, gathered once for every form of it. */
import type { Review, ReviewRow } from '../../../shared/api/review.ts';
import type { LabelName, Verdict } from '../../../shared/api/viewer.ts';
import { isFew } from '../../../shared/distribution.ts';
import { fault } from '../../../shared/errors.ts';
import { countsInHeadline, headlineOf, isCompared } from '../../../shared/headline.ts';
import { mean } from '../../../shared/mean.ts';
import type { LabelSummary, ScoreSummary } from '../../../shared/score-summary.ts';
import { drawReviewPicture } from '../../site/review-picture.ts';
import type { Scoring } from '../../site/scoring.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';
import { reviewModel } from '../review.ts';
import { words } from './words.ts';

export interface ReportFacts {
  site: string;
  date: string; // RFC 3339, UTC
  model: string;
  made: [string, string][]; // what, and how
  rows: ReviewRow[]; // the worst first
  names: LabelName[]; // of every label
  headline: ScoreSummary; // of the volumes that count
  leftOut: number; // volumes with a reference that do not count
  labels: LabelFacts[]; // those that were compared with a reference
  confidence: number; // mean over all rows
  verdicts: Record<Verdict, number>;
  pictures: { row: ReviewRow; png: Uint8Array }[];
}

/** One label over all volumes that have a reference. */
export interface LabelFacts extends LabelName {
  summary: LabelSummary | null; // of the volumes that count in the headline; null where none does
  dots: { dice: number; counts: boolean }[]; // each volume that has a Dice, ascending
}

const PICTURES = 12;
const PICTURE_SIDE = 480; // pixels; 5 cm at 240 dots an inch

/** Throws `storage.no-such-model` and `site.nothing-predicted`. */
export async function gatherFacts(site: Scoring, id: string): Promise<ReportFacts> {
  const { folder } = site;
  const { rows, labelNames } = await predictedReview(site, id);
  const compared = rows.filter(isCompared);
  const headline = headlineOf(rows);
  const labels = new Set(compared.flatMap(({ scores }) => scores.map(({ label }) => label)));
  return {
    site: folder.name,
    date: new Date().toISOString(),
    model: id,
    made: howMade(folder, id),
    rows,
    names: labelNames,
    headline: headline.volumes,
    leftOut: compared.filter((row) => !countsInHeadline(row)).length,
    labels: labelNames
      .filter(({ label }) => labels.has(label))
      .map((name) => ({
        ...name,
        summary: headline.labels.find(({ label }) => label === name.label) ?? null,
        dots: dotsOf(name.label, compared),
      })),
    confidence: mean(rows.map(({ confidence }) => confidence)),
    verdicts: countVerdicts(rows),
    pictures: rows
      .slice(0, PICTURES)
      .map((row) => ({ row, png: drawReviewPicture(folder, folder.labelMaps.get(row.map), PICTURE_SIDE) })),
  };
}

/** Errors as `gatherFacts`. */
export async function predictedReview(site: Scoring, id: string): Promise<Review> {
  const review = await reviewModel(site, id);
  if (review.rows.length === 0) throw fault('site.nothing-predicted', { model: id });
  return review;
}

function countVerdicts(rows: ReviewRow[]): Record<Verdict, number> {
  const verdicts = { accepted: 0, corrected: 0, rejected: 0, open: 0 };
  for (const { verdict } of rows) verdicts[verdict]++;
  return verdicts;
}

function dotsOf(wanted: number, rows: ReviewRow[]): LabelFacts['dots'] {
  const dots = rows.flatMap((row) =>
    row.scores.flatMap(({ label, dice }) =>
      label === wanted && dice !== null ? [{ dice, counts: countsInHeadline(row) }] : [],
    ),
  );
  return dots.sort((a, b) => a.dice - b.dice);
}

function howMade({ models, runs }: SiteFolder, id: string): [string, string][] {
  const { plan, note, createdAt, run } = models.get(id);
  const { facts } = words;
  const personNote = runs.list().find((each) => each.id === run)?.personNote ?? '';
  return [
    [facts.model, id],
    [facts.note, note],
    [facts.madeAt, dateText(createdAt)],
    [facts.slices, facts.slicesOf(plan.axis, plan.inputSize, String(plan.spacing))],
    [facts.network, facts.networkOf(plan.levels, plan.baseWidth)],
    [facts.personNote, personNote],
  ].filter(([, how]) => how !== '') as [string, string][];
}

/** Of a volume without a reference: what was predicted. */
export function volumesText({ volumes }: ReviewRow, names: LabelName[]): string {
  if (volumes.length === 0) return words.none;
  const nameOf = (wanted: number) => names.find(({ label }) => label === wanted)?.name ?? '';
  return volumes.map(({ label, mm3 }) => `${nameOf(label)}: ${(mm3 / 1000).toFixed(2)} ml`).join(', ');
}

/** The verdict with who gave it and when: "accepted by anna, 2026-11-25 14:05". */
export function verdictText({ verdict, judged }: ReviewRow): string {
  const name = words.verdicts[verdict];
  return judged === null ? name : words.judged(name, judged.person, dateText(judged.at));
}

/** A day and a time of this machine, the same in every country: 2026-11-25 14:05. */
export function dateText(date: string): string {
  const local = new Date(date);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [local.getFullYear(), two(local.getMonth() + 1), two(local.getDate())].join('-');
  return `${day} ${two(local.getHours())}:${two(local.getMinutes())}`;
}

export function numberText(value: number | null | undefined, decimals: number): string {
  return value === null || value === undefined ? words.none : value.toFixed(decimals);
}

/** Of a row without a Dice too: "Dice 0.812", "correctly empty", "certainty 0.93". */
export function qualityText(row: ReviewRow): string {
  if (row.dice !== null) return `${words.columns.dice} ${row.dice.toFixed(3)}`;
  return isCompared(row) ? words.correctlyEmpty : `${words.columns.confidence} ${row.confidence.toFixed(2)}`;
}

/** A label's cells beside its name, in the order of `labelColumns`. */
export function labelCells({ summary }: LabelFacts): string[] {
  const dice = summary?.dice ?? null;
  const meanText =
    dice === null || isFew(dice) ? words.none : `${dice.mean.toFixed(3)} ± ${numberText(dice.deviation, 3)}`;
  return [
    String(summary?.scored ?? 0),
    String(summary?.correctlyEmpty ?? 0),
    meanText,
    numberText(dice?.median, 3),
    dice === null ? words.none : `${dice.least.toFixed(3)} – ${dice.most.toFixed(3)}`,
    numberText(summary?.hausdorff95?.median, 2),
    numberText(summary?.assd?.median, 2),
  ];
}

const { columns } = words;
export const labelColumns = [
  ...[columns.scored, columns.correctlyEmpty, columns.mean, columns.median, columns.range],
  ...[columns.hausdorff95, columns.assd],
];
