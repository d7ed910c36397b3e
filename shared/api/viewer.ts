/** A volume on the screen, its label maps, and drawing on them. Voxels themselves come by address, not by verb. */
import { z } from 'zod';
import type { LabelScores } from '../scores.ts';
import type { Grid } from '../volume.ts';
import { idSchema, noteSchema, verb } from './verb.ts';

export type VoxelType = 'uint8' | 'int16' | 'uint16' | 'float32';

/** `training`: what training learns from. `prediction`: a model's, never changed. `drawing`: a person's. */
export type LabelMapKind = 'training' | 'prediction' | 'drawing';
export type Verdict = 'open' | 'accepted' | 'corrected' | 'rejected';

/** Who gave a verdict, and when. */
export interface Judgement {
  person: string;
  at: string; // RFC 3339, UTC
}

export interface LabelMapSummary {
  id: string; // the training labels of a volume have the id `training-VOLUME`
  volume: string;
  kind: LabelMapKind;
  name: string; // for a person: "hippocampus_001_seg.nii.gz", "unet-3f2a", "Drawn by anna"
  model: string | null; // of a prediction, and of a drawing that began with one
  basis: string | null; // id of the label map that a drawing, or training labels that a person chose here, began with
  models: string[] | null; // models whose output is in it; null where that is not known
  verdict: Verdict; // about a prediction
  labels: number[]; // present in it
  confidence: number | null; // of a prediction: mean probability of the voxels it labels; null where it labels none
  createdAt: string;
  changedAt: string;
  undo: number; // strokes that can be undone
  redo: number;
  voxels: string; // address: uint8, x fastest, in little parts by HTTP Range
}

export interface OpenedVolume {
  id: string;
  name: string;
  isDicom: boolean;
  grid: Grid; // RAS+
  voxelType: VoxelType;
  voxels: string; // address: x fastest, little endian, in parts by HTTP Range
  least: number;
  most: number;
  window: { low: number; high: number }; // 1st and 99th percentile
  slices: { axis: 'axial' | 'coronal' | 'sagittal'; partitions: number }; // of the site's usual plan, for the bands
  labelNames: LabelName[]; // of 1 to 8, of every label in its maps, and of all that a person named; ascending
  note: string; // what a person wrote about the volume
  maps: LabelMapSummary[];
}

export interface LabelName {
  label: number;
  name: string;
  colour: string; // #rrggbb
}

/**
 * One stroke: runs of voxels that change to `label` in a drawing. `starts` and `lengths` are Uint32Arrays of the same
 * length: voxel index x + nx * (y + ny * z), and count.
 */
export interface Stroke {
  label: number;
  starts: Uint32Array;
  lengths: Uint32Array;
}

/** Runs with the label that each now has, after an undo or redo. */
export interface Change {
  starts: Uint32Array;
  lengths: Uint32Array;
  labels: Uint8Array;
  undo: number;
  redo: number;
}

const runs = z.instanceof(Uint32Array).refine((values) => values.length <= 4_000_000);
const strokeSchema = z.strictObject({ label: z.int().min(0).max(255), starts: runs, lengths: runs });

export const viewerVerbs = {
  openVolume: verb<OpenedVolume>()(idSchema),
  /**
   * A new drawing, empty or a copy of another label map of the volume. Predictions and training labels are never drawn
   * on.
   */
  startDrawing: verb<LabelMapSummary>()(idSchema, idSchema.nullable()),
  /** On disk when it answers; the stroke after it waits for that. */
  draw: verb<{ undo: number; redo: number }>()(idSchema, strokeSchema),
  /** A change of no runs where there is nothing to undo, or to redo. */
  undo: verb<Change>()(idSchema),
  redo: verb<Change>()(idSchema),
  /** Takes a drawing or a prediction away, or the training labels of a volume. */
  removeLabelMap: verb()(idSchema),
  /** Makes a copy of this label map the volume's training labels, in place of those it had. */
  useForTraining: verb()(idSchema),
  setVerdict: verb()(idSchema, z.enum(['open', 'accepted', 'corrected', 'rejected'])),
  compareLabelMaps: verb<LabelScores[]>()(idSchema, idSchema), // prediction, reference; of the same volume
  nameLabel: verb()(z.int().min(1).max(255), z.string().trim().min(1).max(40), z.string().regex(/^#[0-9a-f]{6}$/)),
  noteVolume: verb()(idSchema, noteSchema),
};
