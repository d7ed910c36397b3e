/**
 * The label maps of the site's volumes: training labels, predictions and drawings, and drawing on the latter.
 *
 * A model never overwrites a person's voxels: its predictions are never changed once they are stored, and a person
 * draws on copies of their own, which no verb gives to a model. Only a person makes a label map the training labels.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '../../shared/api/viewer.ts';
import { bytesOf } from '../../shared/bytes.ts';
import { fault, isFault } from '../../shared/errors.ts';
import type { LabelMap } from '../../shared/volume.ts';
import { copyUnchanging, makePrivateFolder } from './atomic-file.ts';
import type { Catalogue } from './catalogue.ts';
import type { Query, SiteDatabase } from './database.ts';
import { type Change, Drawing, type History } from './drawing.ts';
import { type LabelMapRecord, type LabelMapRow, type MapScores, recordOf, trainingRecord } from './label-map-record.ts';
import type { Stroke } from './stroke.ts';
import { countLabels, type LabelCount, readLabelFile, writeLabelFile } from './volume-file.ts';

const HELD_OPEN = 3; // drawings, each as many bytes as its volume has voxels
const TRAINING = /^training-(.+)$/;
const MAP_FILE = /^([0-9a-f]{16})\.(\d+\.safetensors|\w+\.png)$/;

export interface NewPrediction {
  volume: string;
  model: string;
  labels: LabelMap;
  confidence: number | null; // 0 to 1; null where it labels nothing
}

/** What a volume has besides its training labels. */
export interface MapsOverview {
  kinds: Set<'prediction' | 'drawing'>;
  bytes: number; // of their files
}

const SELECT = 'SELECT *, (SELECT max(number) FROM strokes WHERE map = id) AS last FROM label_maps';

export class LabelMaps {
  readonly #database: SiteDatabase;
  readonly #volumes: Catalogue;
  readonly #open = new Map<string, Drawing>(); // the most recently used last
  readonly #insert: Query<
    [
      ...[string, string, string, string, string | null, string | null, string | null],
      ...[string, string, number | null, string, string],
    ]
  >;
  readonly #one: Query<[string], LabelMapRow>;
  readonly #ofVolume: Query<[string], LabelMapRow>;
  readonly #ofModel: Query<[string], LabelMapRow>;
  readonly #basedOn: Query<[string], { id: string }>;
  readonly #all: Query<[], Pick<LabelMapRow, 'id' | 'volume' | 'kind' | 'folded'>>;
  readonly #judge: Query<[string, string | null, string | null, string]>;
  readonly #score: Query<[string, string]>;
  readonly #delete: Query<[string]>;

  /** Clears away the files of label maps that a killed process did not come to note or to remove. */
  constructor(database: SiteDatabase, volumes: Catalogue) {
    this.#database = database;
    this.#volumes = volumes;
    this.#insert = database.query(
      `INSERT INTO label_maps
         (id, volume, kind, name, model, basis, models, labels, counts, confidence, created_at, changed_at,
          verdict, folded, position, revision)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', 0, 0, 0)`,
    );
    this.#one = database.query(`${SELECT} WHERE id = ?`);
    this.#ofVolume = database.query(`${SELECT} WHERE volume = ? ORDER BY created_at, rowid`);
    this.#ofModel = database.query(`${SELECT} WHERE model = ? AND kind = 'prediction' ORDER BY created_at, rowid`);
    this.#basedOn = database.query('SELECT id FROM label_maps WHERE basis = ? ORDER BY created_at, rowid');
    this.#all = database.query('SELECT id, volume, kind, folded FROM label_maps');
    this.#judge = database.query('UPDATE label_maps SET verdict = ?, judged_by = ?, judged_at = ? WHERE id = ?');
    this.#score = database.query('UPDATE label_maps SET scores = ? WHERE id = ?');
    this.#delete = database.query('DELETE FROM label_maps WHERE id = ?');
    this.#sweep();
  }

  /** Training labels first, then the others in the order in which they were made. Throws `storage.no-such-volume`. */
  list(volume: string): LabelMapRecord[] {
    const record = this.#volumes.get(volume);
    const training = record.labels === null ? [] : [trainingRecord(record)];
    return [...training, ...this.#ofVolume.all(volume).map((row) => recordOf(row, this.#database.file))];
  }

  /** Throws `storage.no-such-label-map`. */
  get(id: string): LabelMapRecord {
    const volume = TRAINING.exec(id)?.[1];
    if (volume === undefined) return recordOf(this.#row(id), this.#database.file);
    const record = this.#volumes.get(volume);
    if (record.labels === null) throw fault('storage.no-such-label-map', { id });
    return trainingRecord(record);
  }

  /** Of every volume that has predictions or drawings. */
  overview(): Map<string, MapsOverview> {
    const found = new Map<string, MapsOverview>();
    for (const row of this.#all.all()) {
      const overview = found.get(row.volume) ?? { kinds: new Set(), bytes: 0 };
      overview.kinds.add(row.kind);
      overview.bytes += statSync(this.#file(row), { throwIfNoEntry: false })?.size ?? 0;
      found.set(row.volume, overview);
    }
    return found;
  }

  /** The newest prediction of a model for each volume. */
  predictionsOf(model: string): LabelMapRecord[] {
    const newest = new Map(this.#ofModel.all(model).map((row) => [row.volume, row]));
    return [...newest.values()].map((row) => recordOf(row, this.#database.file));
  }

  /** The newest drawing that began with this label map. */
  correctionOf(id: string): string | null {
    return this.#basedOn.all(id).at(-1)?.id ?? null;
  }

  /** Grid and voxels as they are now; of a drawing that is held open, the very array that strokes change. */
  read(id: string): LabelMap {
    const { kind, volume } = this.get(id);
    if (kind === 'training') return readLabelFile(this.#volumes.get(volume).labelFile);
    return kind === 'drawing' ? this.#drawing(id).map : readLabelFile(this.#file(this.#row(id)));
  }

  /**
   * The file that holds all voxels of training labels or a prediction; null for a drawing, whose strokes lie elsewhere.
   */
  fileOf(id: string): string | null {
    const { kind, volume } = this.get(id);
    if (kind === 'training') return this.#volumes.get(volume).labelFile;
    return kind === 'prediction' ? this.#file(this.#row(id)) : null;
  }

  /**
   * The file for a picture of a prediction, which need not exist; `version` (letters and digits) names what it shows
   * beside the prediction. Pictures of other versions are removed.
   */
  pictureFile(id: string, version: string): string {
    const { mapsFolder } = this.#volumes.get(this.#row(id).volume);
    removeFiles(mapsFolder, `${id}.`, (name) => name.endsWith('.png') && name !== `${id}.${version}.png`);
    return join(mapsFolder, `${id}.${version}.png`);
  }

  /**
   * Stores what a model said of a volume. It replaces what the same model said before unless a person drew on that or
   * judged it; the same voxels again change nothing. Throws `storage.labels-do-not-fit`.
   */
  addPrediction({ volume, model, labels, confidence }: NewPrediction): LabelMapRecord {
    this.#requireFit(volume, labels);
    const before = this.#ofModel.all(model).filter((row) => row.volume === volume);
    const newest = before.at(-1);
    if (newest && sameVoxels(readLabelFile(this.#file(newest)), labels)) return recordOf(newest, this.#database.file);
    const entry = { volume, kind: 'prediction' as const, name: model, model, basis: null, models: [model], confidence };
    const added = this.#add(entry, countLabels(labels.voxels), (file) => writeLabelFile(file, labels));
    for (const row of before) {
      if (row.verdict === 'open' && this.correctionOf(row.id) === null) this.remove(row.id);
    }
    return added;
  }

  /** A drawing of `person`: empty, or a copy of another label map of the volume. Throws `storage.other-volume`. */
  startDrawing(volume: string, basis: string | null, person: string): LabelMapRecord {
    this.#volumes.get(volume);
    const from = basis === null ? null : this.get(basis);
    if (from && from.volume !== volume) throw fault('storage.other-volume', { name: from.name });
    const model = from?.model ?? null;
    const counts = (from?.labels ?? []).map((label) => ({ label, voxels: 0 }));
    const models = from === null ? [] : from.models;
    return this.#add(
      { volume, kind: 'drawing', name: `Drawn by ${person}`, model, basis, models, confidence: null },
      counts,
      (file) => {
        const stored = from && this.fileOf(from.id);
        if (stored) copyUnchanging(stored, file);
        else if (from) writeLabelFile(file, this.read(from.id));
      },
    );
  }

  /** On disk when it returns. Throws `storage.not-a-drawing` and what `Drawing.draw` throws. */
  draw(id: string, stroke: Stroke): History {
    return this.#onDrawing(id, (drawing) => drawing.draw(stroke));
  }

  undo(id: string): Change {
    return this.#onDrawing(id, (drawing) => drawing.undo());
  }

  redo(id: string): Change {
    return this.#onDrawing(id, (drawing) => drawing.redo());
  }

  /** Notes what `person` thinks of a prediction; "open" takes a verdict back. Throws `storage.not-a-prediction`. */
  judge(id: string, verdict: Verdict, person: string): void {
    const { kind, name } = this.get(id);
    if (kind !== 'prediction') throw fault('storage.not-a-prediction', { name });
    const [by, at] = verdict === 'open' ? [null, null] : [person, new Date().toISOString()];
    this.#judge.run(verdict, by, at, id);
  }

  noteScores(id: string, scores: MapScores): void {
    this.#score.run(JSON.stringify(scores), id);
  }

  /** Copies this label map to the volume's training labels, in place of those it had, and notes who did. */
  useForTraining(id: string, person: string): void {
    const { kind, name, volume, models } = this.get(id);
    if (kind === 'training') return;
    const origin = { map: id, kind, models, person, at: new Date().toISOString() };
    this.#volumes.attachLabels(volume, this.read(id), name, origin);
  }

  remove(id: string): void {
    const { kind, volume } = this.get(id);
    if (kind === 'training') this.#volumes.detachLabels(volume);
    else {
      const { mapsFolder } = this.#volumes.get(volume);
      this.#close(id);
      this.#delete.run(id);
      removeFiles(mapsFolder, `${id}.`);
    }
  }

  close(): void {
    for (const id of this.#open.keys()) this.#close(id);
  }

  /** Row and file, both or neither; a drawing that begins empty needs no file. */
  #add(
    entry: Pick<LabelMapRow, 'volume' | 'kind' | 'name' | 'model' | 'basis' | 'confidence'> &
      Pick<LabelMapRecord, 'models'>,
    counts: LabelCount[],
    write: (file: string) => void,
  ): LabelMapRecord {
    const id = randomBytes(8).toString('hex');
    const { mapsFolder } = this.#volumes.get(entry.volume);
    const now = new Date().toISOString();
    this.#database.atomically(() => {
      const { volume, kind, name, model, basis, models, confidence } = entry;
      const madeFrom = models && JSON.stringify(models);
      const columns = [JSON.stringify(counts.map(({ label }) => label)), JSON.stringify(counts)] as const;
      this.#insert.run(id, volume, kind, name, model, basis, madeFrom, ...columns, confidence, now, now);
      makePrivateFolder(mapsFolder);
      write(fileIn(mapsFolder, id, 0));
    });
    return this.get(id);
  }

  #onDrawing<Result>(id: string, work: (drawing: Drawing) => Result): Result {
    const drawing = this.#drawing(id);
    try {
      return work(drawing);
    } catch (error) {
      if (!isFault(error, 'storage.stroke-unsound')) this.#close(id); // what is on disk is right
      throw error;
    }
  }

  /** The drawing, held open; the least recently used ones are closed. */
  #drawing(id: string): Drawing {
    const row = this.#row(id);
    if (row.kind !== 'drawing') throw fault('storage.not-a-drawing', { name: row.name });
    const { mapsFolder, grid, sourceGrid } = this.#volumes.get(row.volume);
    const blank = row.basis === null ? { grid, sourceGrid } : undefined;
    const held = this.#open.get(id);
    if (held && held.revision !== row.revision) this.#close(id); // another process drew
    const drawing =
      this.#open.get(id) ??
      new Drawing(this.#database, { id, state: row, blank, fileOf: (folded) => fileIn(mapsFolder, id, folded) });
    this.#open.delete(id);
    this.#open.set(id, drawing);
    for (const oldest of [...this.#open.keys()].slice(0, -HELD_OPEN)) this.#close(oldest);
    return drawing;
  }

  #close(id: string): void {
    this.#open.get(id)?.close();
    this.#open.delete(id);
  }

  #requireFit(volume: string, labels: LabelMap): void {
    const [labelSize, volumeSize] = [labels.grid, this.#volumes.get(volume).grid].map(({ size }) => size.join(' x '));
    if (labelSize !== volumeSize) throw fault('storage.labels-do-not-fit', { id: volume, labelSize, volumeSize });
  }

  /** Writers make file and row in one transaction, so none of theirs is taken for a leftover here. */
  #sweep(): void {
    this.#database.atomically(() => {
      const known = new Map(this.#all.all().map(({ id, folded }) => [id, `${folded}.safetensors`]));
      for (const folder of this.#volumes.mapsFolders()) {
        for (const name of readdirSync(folder)) {
          const [, id, rest] = MAP_FILE.exec(name) ?? [];
          if (id !== undefined && known.get(id) !== rest && !(known.has(id) && rest.endsWith('.png')))
            rmSync(join(folder, name), { force: true });
        }
      }
    });
  }

  #row(id: string): LabelMapRow {
    const row = this.#one.get(id);
    if (!row) throw fault('storage.no-such-label-map', { id });
    return row;
  }

  #file({ id, volume, folded }: Pick<LabelMapRow, 'id' | 'volume' | 'folded'>): string {
    return fileIn(this.#volumes.get(volume).mapsFolder, id, folded);
  }
}

function fileIn(folder: string, id: string, folded: number): string {
  return join(folder, `${id}.${folded}.safetensors`);
}

function sameVoxels(a: LabelMap, b: LabelMap): boolean {
  return Buffer.compare(bytesOf(a.voxels), bytesOf(b.voxels)) === 0;
}

function removeFiles(folder: string, beginning: string, which: (name: string) => boolean = () => true): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(beginning) && which(name)) rmSync(join(folder, name), { force: true });
  }
}
