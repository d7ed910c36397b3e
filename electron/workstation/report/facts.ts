/** What a report tells of a model's predictions, gathered once for every form of it. */
import type { Review, ReviewRow } from '../../../shared/api/review.ts';
import type { LabelName, Verdict } from '../../../shared/api/viewer.ts';
import { fault } from '../../../shared/errors.ts';
import { mean } from '../../../shared/mean.ts';
import type { LabelScores } from '../../../shared/scores.ts';
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
  labels: LabelFacts[]; // those that were scored
  dice: number | null; // mean over labels and volumes
  confidence: number;
  verdicts: Record<Verdict, number>;
  pictures: { row: ReviewRow; png: Uint8Array }[];
}

/** One label over all volumes that have a reference. */
export interface LabelFacts extends LabelName {
  dots: { dice: number; learnt: boolean }[]; // a volume each, ascending
  dice: number;
  median: number;
  hausdorff95: number | null; // mean over the volumes in which both maps have the label; null where in none
  assd: number | null; // likewise
}

const PICTURES = 12;
const PICTURE_SIDE = 480; // pixels; 5 cm at 240 dots an inch

/** Throws `storage.no-such-model` and `site.nothing-predicted`. */
export async function gatherFacts(site: Scoring, id: string): Promise<ReportFacts> {
  const { folder } = site;
  const { rows, labelNames } = await predictedReview(site, id);
  const scored = rows.filter(({ dice }) => dice !== null);
  const labels = [...new Set(scored.flatMap(({ scores }) => scores.map(({ label }) => label)))];
  return {
    site: folder.name,
    date: new Date().toISOString(),
    model: id,
    made: howMade(folder, id),
    rows,
    names: labelNames,
    labels: labelNames.flatMap((name) => (labels.includes(name.label) ? [labelFacts(name, scored)] : [])),
    dice: scored.length === 0 ? null : mean(scored.map(({ dice }) => dice ?? 0)),
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

function labelFacts(name: LabelName, rows: ReviewRow[]): LabelFacts {
  const found = rows.flatMap((row) =>
    row.scores.filter(({ label }) => label === name.label).map((scores) => ({ scores, learnt: row.leftOut !== null })),
  );
  const dots = found.map(({ scores, learnt }) => ({ dice: scores.dice, learnt })).sort((a, b) => a.dice - b.dice);
  const meanOf = (what: 'hausdorff95' | 'assd') => {
    const values = found.flatMap(({ scores }) => (bothHave(scores) ? [scores[what] ?? 0] : []));
    return values.length === 0 ? null : mean(values);
  };
  const middle = dots.slice(Math.floor((dots.length - 1) / 2), Math.floor(dots.length / 2) + 1);
  return {
    ...name,
    dots,
    dice: mean(dots.map(({ dice }) => dice)),
    median: mean(middle.map(({ dice }) => dice)),
    hausdorff95: meanOf('hausdorff95'),
    assd: meanOf('assd'),
  };
}

function bothHave({ predictedVolume, referenceVolume }: LabelScores): boolean {
  return predictedVolume > 0 && referenceVolume > 0;
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

export function numberText(value: number | null, decimals: number): string {
  return value === null ? words.none : value.toFixed(decimals);
}
