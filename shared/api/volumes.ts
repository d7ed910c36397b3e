/** The catalogue: what the Volumes page shows and asks. */
import { z } from 'zod';
import type { Grid } from '../volume.ts';
import { idSchema, verb } from './verb.ts';

/**
 * `none`: no label map. `predicted`: only a model's. `drafted`: a person draws. `labelled`: what training learns from.
 */
export type LabelState = 'none' | 'predicted' | 'drafted' | 'labelled';

export interface VolumeSummary {
  id: string;
  name: string;
  source: string; // path it was imported from; shown at this site only
  isDicom: boolean;
  sample: boolean; // made up, to try Isocenter with
  cohorts: string[]; // names of those that it is in
  grid: Grid;
  bytes: number; // on disk, with its label maps
  labelState: LabelState;
  labels: number[]; // label numbers of its training labels; empty where it has none
  importedAt: string; // RFC 3339, UTC
  thumbnail: string; // address of a PNG, relative to the page
}

export interface ImportProblem {
  name: string; // of the file, below what was chosen
  code: string;
  message: string;
  next: string;
  notice: boolean; // nothing was refused: an image without labels, say
}

export interface ImportSummary {
  imported: number;
  labelled: number; // of these
  known: number; // were here already
  relabelled: number; // known ones that got a label map
  problems: ImportProblem[];
}

/** What a file chooser in the page shows, where the shell has no dialogs of the system. */
export interface FolderListing {
  path: string; // absolute
  parent: string | null;
  entries: { name: string; path: string; isFolder: boolean; bytes: number }[];
  leftOut: number; // entries beyond the first 2000
}

const paths = z.array(z.string().min(1).max(4096)).min(1).max(10_000);

export const volumeVerbs = {
  listVolumes: verb<VolumeSummary[]>()(),
  /** Starts a task of kind `import` and gives its id; the task's result is an `ImportSummary`. */
  importVolumes: verb<string>()(paths, z.array(z.string().min(1).max(4096)).max(10_000)),
  /** Starts a task of kind `sample-data`: writes labelled and unlabelled phantom volumes and imports them. */
  importSampleData: verb<string>()(),
  renameVolume: verb()(idSchema, z.string().trim().min(1).max(200)),
  removeVolumes: verb()(z.array(idSchema).min(1).max(10_000)),
  /** Folders and files of this machine; null: where a person would begin. */
  listFolder: verb<FolderListing>()(z.string().max(4096).nullable()),
};
