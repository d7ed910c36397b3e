/**
 * The volumes of a site. Names, paths and what DICOM said of a patient stay in these rows: no file and no message
 * carries them further, only the random id.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { contentHash } from '../../shared/content-hash.ts';
import { fault } from '../../shared/errors.ts';
import { type VolumeFingerprint, volumeFingerprintSchema } from '../../shared/fingerprint.ts';
import type { Grid, LabelMap, Volume } from '../../shared/volume.ts';
import { writeFault } from './atomic-file.ts';
import type { Query, SiteDatabase } from './database.ts';
import { gridsSchema } from './grid-schema.ts';
import { parseColumn } from './json-text.ts';
import { countLabels, writeLabelFile, writeVolume } from './volume-file.ts';

/** What DICOM or another header said of the series, for the person at this site only. */
const seriesSchema = z.record(z.string(), z.union([z.string(), z.number()]));
type SeriesInfo = z.infer<typeof seriesSchema>;

const filesSchema = z.array(z.string());
const displaySchema = z.strictObject({
  least: z.number(),
  most: z.number(),
  low: z.number(), // 1st percentile
  high: z.number(), // 99th percentile
});
/** Range of a volume's values, and the window that shows it well. */
export type Display = z.infer<typeof displaySchema>;

export interface VolumeOrigin {
  name: string; // how this site calls it: a file name, a series description
  source: string; // path of the file or folder it came from
  sample?: boolean; // made up, to try Isocenter with; never learnt from together with patients' volumes
  series?: SeriesInfo;
  /** Paths of a DICOM series' files in the order of its slices, so that a segmentation can refer to it. */
  dicomFiles?: string[];
}

export interface VolumeRecord extends VolumeOrigin {
  id: string;
  sample: boolean;
  contentHash: string; // of grid and voxels, see shared/content-hash.ts
  grid: Grid;
  sourceGrid: Grid;
  /** Label numbers that its label map has, background left out; null where it has no label map. */
  labels: number[] | null;
  labelSource: string | null; // path of the label map's file, or the name of a label map of this site
  labelOrigin: LabelOrigin | null; // null where they came from a file
  note: string; // what a person wrote about it
  importedAt: string; // RFC 3339, UTC
  display: Display | null; // null until it is measured
  fingerprint: VolumeFingerprint | null; // null until it is made for the labels that it has now
  /** Stored files (safetensors); `labelFile` exists where `labels` is not null. */
  imageFile: string;
  labelFile: string;
  /** Folder of its predictions and drawings; there where it has any. */
  mapsFolder: string;
  thumbnailFile: string; // PNG; need not exist
}

interface Row {
  id: string;
  name: string;
  source: string;
  sample: number;
  series: string | null;
  content_hash: string;
  grid: string;
  labels: string | null;
  label_source: string | null;
  label_origin: string | null;
  note: string;
  imported_at: string;
  display: string | null;
  dicom_files: string | null;
  fingerprint: string | null;
}

const labelsSchema = z.array(z.int().min(1).max(255));

/** Where training labels came from that were no file: a label map of this site. */
const labelOriginSchema = z.strictObject({
  map: z.string(), // its id; may be gone by now
  kind: z.enum(['prediction', 'drawing']),
  /** Models whose output it began with, the map's own and those before; null where that is not known any more. */
  models: z.array(z.string()).nullable(),
  person: z.string(), // who made it the training labels
  at: z.string(), // RFC 3339, UTC
});
export type LabelOrigin = z.infer<typeof labelOriginSchema>;

export class Catalogue {
  #folder: string;
  #database: SiteDatabase;
  #insert: Query<[string, string, string, number, string | null, string, string, string, string | null]>;
  #all: Query<[], Row>;
  #one: Query<[string], Row>;
  #same: Query<[string], Row>;
  #label: Query<[string | null, string | null, string | null, string]>;
  #note: Query<[string, string]>;
  #rename: Query<[string, string]>;
  #show: Query<[string, string]>;
  #describe: Query<[string, string]>;
  #delete: Query<[string]>;
  #count: Query<[], { volumes: number; labelled: number }>;

  /** `folder` holds the volumes' files. */
  constructor(database: SiteDatabase, folder: string) {
    this.#folder = folder;
    this.#database = database;
    this.#insert = database.query(
      `INSERT INTO volumes (id, name, source, sample, series, content_hash, grid, imported_at, dicom_files)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#all = database.query('SELECT * FROM volumes ORDER BY imported_at, rowid');
    this.#one = database.query('SELECT * FROM volumes WHERE id = ?');
    this.#same = database.query('SELECT * FROM volumes WHERE content_hash = ? ORDER BY imported_at, rowid');
    this.#label = database.query(
      'UPDATE volumes SET labels = ?, label_source = ?, label_origin = ?, fingerprint = NULL WHERE id = ?',
    );
    this.#note = database.query('UPDATE volumes SET note = ? WHERE id = ?');
    this.#rename = database.query('UPDATE volumes SET name = ? WHERE id = ?');
    this.#show = database.query('UPDATE volumes SET display = ? WHERE id = ?');
    this.#describe = database.query('UPDATE volumes SET fingerprint = ? WHERE id = ?');
    this.#count = database.query(
      "SELECT count(*) AS volumes, count(*) FILTER (WHERE labels <> '[]') AS labelled FROM volumes",
    );
    this.#delete = database.query('DELETE FROM volumes WHERE id = ?');
  }

  /**
   * Stores a volume and its row, the file first: a row always has its file. `hash` is its `contentHash`, where that is
   * known already. Errors as `writeVolume`.
   */
  add(volume: Volume, origin: VolumeOrigin, hash = contentHash(volume)): VolumeRecord {
    const { name, source, sample = false, series, dicomFiles } = origin;
    const id = randomBytes(8).toString('hex'); // says nothing about the volume
    const { imageFile } = this.#files(id);
    const { grid, sourceGrid } = volume;
    writeVolume(imageFile, volume);
    try {
      this.#insert.run(
        id,
        name,
        source,
        sample ? 1 : 0,
        series ? JSON.stringify(series) : null,
        hash,
        JSON.stringify({ grid, sourceGrid }),
        new Date().toISOString(),
        dicomFiles ? JSON.stringify(dicomFiles) : null,
      );
    } catch (error) {
      rmSync(imageFile, { force: true });
      throw error;
    }
    return this.get(id);
  }

  /** Volumes with this `contentHash`, so the same grid and voxels, first imported first. */
  duplicatesOf(hash: string): VolumeRecord[] {
    return this.#same.all(hash).map((row) => this.#record(row));
  }

  /**
   * Gives a volume its label map, in place of one it had. `origin` is for one that is no file's. Throws
   * `storage.labels-do-not-fit` on another size.
   */
  attachLabels(id: string, labels: LabelMap, source: string, origin?: LabelOrigin): VolumeRecord {
    const { grid, labelFile, thumbnailFile } = this.get(id);
    const labelSize = labels.grid.size.join(' x ');
    const volumeSize = grid.size.join(' x ');
    if (labelSize !== volumeSize) throw fault('storage.labels-do-not-fit', { id, labelSize, volumeSize });
    const numbers = countLabels(labels.voxels).map(({ label }) => label);
    writeLabelFile(labelFile, labels);
    this.#label.run(JSON.stringify(numbers), source, origin ? JSON.stringify(origin) : null, id);
    removeFile(thumbnailFile); // it showed the slice with most labels
    return this.get(id);
  }

  /** Takes a volume's label map away. */
  detachLabels(id: string): void {
    const { labelFile } = this.get(id);
    this.#label.run(null, null, null, id);
    removeFile(labelFile);
  }

  /** What a person has to say of a volume, in place of what they said before. */
  note(id: string, note: string): void {
    this.#note.run(note, this.get(id).id);
  }

  /** Throws `storage.no-such-volume`. */
  rename(id: string, name: string): void {
    if (this.#rename.run(name, id) === 0) throw fault('storage.no-such-volume', { id });
  }

  /** Notes what was measured of its values. */
  noteDisplay(id: string, display: Display): void {
    this.#show.run(JSON.stringify(display), id);
  }

  /** Notes the fingerprint of a volume with the labels that it has now. */
  noteFingerprint(id: string, fingerprint: VolumeFingerprint): void {
    this.#describe.run(JSON.stringify(fingerprint), id);
  }

  /** Every volume, in the order of import. */
  list(): VolumeRecord[] {
    return this.#all.all().map((row) => this.#record(row));
  }

  /** Volumes, and those of them whose labels teach something. */
  count(): { volumes: number; labelled: number } {
    return this.#count.get() ?? { volumes: 0, labelled: 0 };
  }

  /** Throws `storage.no-such-volume`. */
  get(id: string): VolumeRecord {
    const row = this.#one.get(id);
    if (!row) throw fault('storage.no-such-volume', { id });
    return this.#record(row);
  }

  /** Deletes a volume, its files first: no image stays behind without a row that tells of it. */
  remove(id: string): void {
    const { imageFile, labelFile, thumbnailFile, mapsFolder } = this.get(id);
    for (const file of [imageFile, labelFile, thumbnailFile, mapsFolder]) removeFile(file);
    this.#delete.run(id);
  }

  /** The folders with predictions and drawings that are there. */
  mapsFolders(): string[] {
    return readdirSync(this.#folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.endsWith('.maps'))
      .map(({ name }) => join(this.#folder, name));
  }

  #files(id: string) {
    return {
      imageFile: join(this.#folder, `${id}.image.safetensors`),
      labelFile: join(this.#folder, `${id}.labels.safetensors`),
      mapsFolder: join(this.#folder, `${id}.maps`),
      thumbnailFile: join(this.#folder, `${id}.thumbnail.png`),
    };
  }

  #record(row: Row): VolumeRecord {
    const { file } = this.#database;
    return {
      id: row.id,
      name: row.name,
      source: row.source,
      sample: row.sample === 1,
      series: row.series === null ? undefined : parseColumn(seriesSchema, row.series, file),
      contentHash: row.content_hash,
      ...parseColumn(gridsSchema, row.grid, file),
      labels: row.labels === null ? null : parseColumn(labelsSchema, row.labels, file),
      labelSource: row.label_source,
      labelOrigin: row.label_origin === null ? null : parseColumn(labelOriginSchema, row.label_origin, file),
      note: row.note,
      importedAt: row.imported_at,
      display: row.display === null ? null : parseColumn(displaySchema, row.display, file),
      fingerprint: row.fingerprint === null ? null : parseColumn(volumeFingerprintSchema, row.fingerprint, file),
      dicomFiles: row.dicom_files === null ? undefined : parseColumn(filesSchema, row.dicom_files, file),
      ...this.#files(row.id),
    };
  }
}

/** Names a volume's training labels as they are now, so that scores against others are known to be old. */
export function labelVersion({ labelFile }: VolumeRecord): string {
  const status = statSync(labelFile, { throwIfNoEntry: false });
  return `${status?.mtimeMs}-${status?.ino}`;
}

function removeFile(file: string): void {
  try {
    rmSync(file, { recursive: true, force: true });
  } catch (error) {
    throw writeFault(error, file);
  }
}
