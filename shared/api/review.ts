/** Predictions of a model over volumes, what people think of them, and files to take away. */
import { z } from 'zod';
import type { LabelScores } from '../scores.ts';
import { idSchema, verb } from './verb.ts';
import type { Judgement, LabelName, Verdict } from './viewer.ts';

export interface Review {
  rows: ReviewRow[]; // the worst first: by Dice, else by confidence
  labelNames: LabelName[]; // of every label that was predicted or scored, and of all that a person named; ascending
}

/**
 * Why a row's score is left out of every mean. `learnt`: the model, or one that it comes from, learnt from the volume.
 * `own-output`: the reference was made from what one of these predicted. The other two: whether that is so is not known.
 */
export type LeftOut = 'learnt' | 'learnt-unknown' | 'own-output' | 'reference-unknown';

export interface ReviewRow {
  map: string; // id of the predicted label map
  volume: string;
  volumeName: string;
  isDicom: boolean;
  verdict: Verdict;
  judged: Judgement | null; // null while the verdict is open, or where this was not noted yet
  correction: string | null; // id of the drawing that began with it
  confidence: number; // 0 to 1, mean probability of the labelled voxels; 0 where it labels none
  dice: number | null; // mean over the labels that have one; null where none has
  leftOut: LeftOut | null; // null where its score, if there is one, counts
  scores: LabelScores[]; // against the training labels; empty without, or where those are a copy of this prediction
  volumes: { label: number; mm3: number }[];
  thumbnail: string; // address of a PNG: the slice that shows most labels, outlined
}

export interface ExportedFile {
  id: string;
  name: string;
  bytes: number;
  address: string; // to download it from, relative to the page
}

export type ExportFormat = 'nifti' | 'dicom-seg' | 'report-html' | 'report-pdf' | 'scores-csv';

export const reviewVerbs = {
  /** The newest prediction of the model for each volume. */
  reviewModel: verb<Review>()(idSchema),
  /** One label map as a file on the grid of its source: NIfTI, or DICOM SEG that refers to the source series. */
  exportLabelMap: verb<ExportedFile>()(idSchema, z.enum(['nifti', 'dicom-seg'])),
  /** What `reviewModel` shows, as a printable page, a PDF or a table. */
  exportReview: verb<ExportedFile>()(idSchema, z.enum(['report-html', 'report-pdf', 'scores-csv'])),
};
