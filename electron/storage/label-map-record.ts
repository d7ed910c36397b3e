/** What the database says of a label map, read and checked. */
import { basename } from 'node:path';
import { z } from 'zod';
import type { Judgement, LabelMapKind, Verdict } from '../../shared/api/viewer.ts';
import type { LabelScores } from '../../shared/scores.ts';
import type { VolumeRecord } from './catalogue.ts';
import type { History } from './drawing.ts';
import { parseColumn } from './json-text.ts';
import type { LabelCount } from './volume-file.ts';

export interface LabelMapRecord extends History {
  id: string; // 'training-VOLUME' for training labels
  volume: string;
  kind: LabelMapKind;
  name: string;
  model: string | null;
  basis: string | null;
  models: string[] | null; // models whose output is in it; null where that is not known
  verdict: Verdict;
  judged: Judgement | null; // null where nobody did, or before that was noted
  labels: number[]; // present in it
  confidence: number | null;
  scores: MapScores | null; // of a prediction; null until it was scored
  counts: LabelCount[]; // voxels of each label of a prediction; empty for the others
  createdAt: string; // RFC 3339, UTC
  changedAt: string;
}

const labelScoresSchema = z
  .strictObject({
    label: z.int(),
    dice: z.number().nullable(),
    hausdorff: z.number().nullable(),
    hausdorff95: z.number().nullable(),
    assd: z.number().nullable(),
    predictedVolume: z.number(),
    referenceVolume: z.number(),
  })
  .transform((scores): LabelScores => {
    // Up to 0.3 a label that both maps lack had Dice 1 and distances 0.
    const isEmpty = scores.predictedVolume === 0 && scores.referenceVolume === 0;
    return isEmpty ? { ...scores, dice: null, hausdorff: null, hausdorff95: null, assd: null } : scores;
  });

const scoresSchema = z.strictObject({
  reference: z.string(), // `labelVersion` of the training labels
  scores: z.array(labelScoresSchema),
});
/** Scores against the training labels of some version. */
export type MapScores = z.infer<typeof scoresSchema>;

export interface LabelMapRow {
  id: string;
  volume: string;
  kind: 'prediction' | 'drawing';
  name: string;
  model: string | null;
  basis: string | null;
  models: string | null;
  verdict: Verdict;
  judged_by: string | null;
  judged_at: string | null;
  labels: string;
  confidence: number | null;
  scores: string | null;
  counts: string | null;
  folded: number;
  position: number;
  revision: number;
  created_at: string;
  changed_at: string;
  last: number | null; // newest stroke
}

const labelsSchema = z.array(z.int().min(1).max(255));
const modelsSchema = z.array(z.string());
const countsSchema = z.array(z.strictObject({ label: z.int(), voxels: z.int() }));

/** A volume's training labels as a label map of it. */
export function trainingRecord({ id, labels, labelSource, labelOrigin, importedAt }: VolumeRecord): LabelMapRecord {
  const since = labelOrigin?.at ?? importedAt;
  return {
    id: `training-${id}`,
    volume: id,
    kind: 'training',
    name: labelOrigin ? (labelSource ?? '') : basename(labelSource ?? ''),
    model: null,
    basis: labelOrigin?.map ?? null,
    models: labelOrigin === null ? [] : labelOrigin.models,
    verdict: 'open',
    judged: null,
    labels: labels ?? [],
    confidence: null,
    scores: null,
    counts: [],
    createdAt: since,
    changedAt: since,
    undo: 0,
    redo: 0,
  };
}

/** Throws `storage.database-broken` where a column does not read; `file` names the database. */
export function recordOf(row: LabelMapRow, file: string): LabelMapRecord {
  const { id, volume, kind, name, model, basis, verdict, confidence } = row;
  return {
    ...{ id, volume, kind, name, model, basis, verdict, confidence },
    models: row.models === null ? null : parseColumn(modelsSchema, row.models, file),
    judged: row.judged_by === null || row.judged_at === null ? null : { person: row.judged_by, at: row.judged_at },
    labels: parseColumn(labelsSchema, row.labels, file),
    scores: row.scores === null ? null : parseColumn(scoresSchema, row.scores, file),
    counts: row.counts === null || kind === 'drawing' ? [] : parseColumn(countsSchema, row.counts, file),
    createdAt: row.created_at,
    changedAt: row.changed_at,
    undo: row.position - row.folded,
    redo: (row.last ?? row.folded) - row.position,
  };
}
