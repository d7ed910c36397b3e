/**
 * A person's drawing, held open: all its voxels in memory, every stroke on disk before it counts. On disk it is a file
 * with the first `folded` strokes in it and a record of each stroke after that; `position` of all strokes are done, the
 * others undone. When records grow many, the oldest are folded into a new file and can be undone no more.
 */
import { open, rm } from 'node:fs/promises';
import { fault } from '../../shared/errors.ts';
import { type LabelMap, voxelCount } from '../../shared/volume.ts';
import { PRIVATE_FILE, renameDurably, temporaryBeside } from './atomic-file.ts';
import type { Query, SiteDatabase } from './database.ts';
import { afterStroke, checkStroke, type LabelledRuns, paint, readRecord, recordStroke, type Stroke } from './stroke.ts';
import { encodeLabelFile, readLabelFile } from './volume-file.ts';

const KEPT = 128; // strokes that stay undoable when older ones are folded
const MOST = 256; // records before they are folded
const MOST_BYTES = 64 * 2 ** 20; // of records, likewise, but never fewer than KEPT strokes

/** How many strokes can be undone and redone. */
export interface History {
  undo: number;
  redo: number;
}

/** Runs with the label that each has now. */
export type Change = LabelledRuns & History;

/** The columns of a drawing's row that strokes change. */
export interface DrawingState {
  folded: number;
  position: number;
  revision: number;
}

export interface DrawingOptions {
  id: string;
  state: DrawingState;
  fileOf(folded: number): string;
  /** Grids of a drawing that began empty: it has no file before its first fold. */
  blank?: Pick<LabelMap, 'grid' | 'sourceGrid'>;
  kept?: number;
  most?: number;
}

export class Drawing {
  readonly id: string;
  readonly map: LabelMap;
  readonly #database: SiteDatabase;
  readonly #fileOf: (folded: number) => string;
  readonly #kept: number;
  readonly #most: number;
  readonly #counts = new Uint32Array(256); // voxels of each label
  #state: DrawingState;
  #last: number; // the newest stroke, done or undone
  #bytes: number; // of the records
  #lowest: number; // position reached since folding began
  #folding: Promise<void> | undefined;
  #closed = false;
  readonly #insert: Query<[string, number, number, Uint8Array]>;
  readonly #cut: Query<[string, number]>;
  readonly #drop: Query<[string, number]>;
  readonly #record: Query<[string, number], { label: number; record: Uint8Array }>;
  readonly #move: Query<[number, number, string, string, string, number]>;
  readonly #extent: Query<[string], { last: number | null; bytes: number | null }>;

  /** Reads the file and does the strokes after it. Errors as `readLabelFile`. */
  constructor(database: SiteDatabase, { id, state, fileOf, blank, kept = KEPT, most = MOST }: DrawingOptions) {
    this.id = id;
    this.#database = database;
    this.#fileOf = fileOf;
    this.#kept = kept;
    this.#most = most;
    this.#state = { folded: state.folded, position: state.position, revision: state.revision };
    this.#lowest = state.position;
    this.#insert = database.query('INSERT INTO strokes (map, number, label, record) VALUES (?, ?, ?, ?)');
    this.#cut = database.query('DELETE FROM strokes WHERE map = ? AND number > ?');
    this.#drop = database.query('DELETE FROM strokes WHERE map = ? AND number <= ?');
    this.#record = database.query('SELECT label, record FROM strokes WHERE map = ? AND number = ?');
    this.#move = database.query(
      `UPDATE label_maps SET folded = ?, position = ?, labels = ?, changed_at = ?, revision = revision + 1
       WHERE id = ? AND revision = ?`,
    );
    this.#extent = database.query(
      'SELECT max(number) AS last, sum(length(record)) AS bytes FROM strokes WHERE map = ?',
    );
    const { last, bytes } = this.#extent.get(id) ?? { last: null, bytes: null };
    this.#last = last ?? state.folded;
    this.#bytes = bytes ?? 0;
    this.map = blank && state.folded === 0 ? emptyMap(blank) : readLabelFile(fileOf(state.folded));
    for (let number = state.folded + 1; number <= state.position; number++) {
      const { runs, label } = this.#read(number);
      paint(this.map.voxels, afterStroke(runs, label));
    }
    const { voxels } = this.map;
    for (let at = 0; at < voxels.length; at++) this.#counts[voxels[at]]++;
  }

  get revision(): number {
    return this.#state.revision;
  }

  get history(): History {
    return { undo: this.#state.position - this.#state.folded, redo: this.#last - this.#state.position };
  }

  /** Label numbers present, ascending, background left out. */
  get labels(): number[] {
    return Array.from({ length: 255 }, (_, index) => index + 1).filter((label) => this.#counts[label] > 0);
  }

  /**
   * Draws; what was undone before is gone then. On disk when it returns. A stroke that changes no voxel is no step.
   * Throws `storage.stroke-unsound` and `storage.drawn-elsewhere`.
   */
  draw(stroke: Stroke): History {
    checkStroke(stroke, this.map.voxels.length);
    const record = recordStroke(stroke, this.map.voxels);
    if (record.length === 0) return this.history;
    const number = this.#state.position + 1;
    const runs = readRecord(record);
    const change = afterStroke(runs, stroke.label);
    this.#commit(number, runs, change, () => {
      if (this.#last >= number) this.#cut.run(this.id, number - 1);
      this.#insert.run(this.id, number, stroke.label, record);
    });
    this.#last = number;
    this.#bytes += record.length; // a little more than it is after a cut; counted anew when folded
    if (this.#isLong()) void this.fold();
    return this.history;
  }

  /** Takes back the last stroke that is done; a change of no runs where there is none. Errors as `draw`. */
  undo(): Change {
    const { position, folded } = this.#state;
    if (position === folded) return this.#unchanged();
    const { runs, label } = this.#read(position);
    this.#commit(position - 1, afterStroke(runs, label), runs);
    this.#lowest = Math.min(this.#lowest, position - 1);
    return { ...runs, ...this.history };
  }

  /** Does the last undone stroke again; a change of no runs where there is none. Errors as `draw`. */
  redo(): Change {
    const number = this.#state.position + 1;
    if (number > this.#last) return this.#unchanged();
    const { runs, label } = this.#read(number);
    const change = afterStroke(runs, label);
    this.#commit(number, runs, change);
    return { ...change, ...this.history };
  }

  /**
   * Writes a new file with all strokes but the newest `kept`, then drops their records. Strokes may be drawn meanwhile;
   * where so many are undone that the new file would hold undone ones, it is given up.
   */
  fold(): Promise<void> {
    this.#folding ??= this.#foldNow().finally(() => {
      this.#folding = undefined;
    });
    return this.#folding;
  }

  close(): void {
    this.#closed = true;
  }

  #isLong(): boolean {
    const { undo } = this.history;
    return undo > this.#most || (undo > this.#kept && this.#bytes > MOST_BYTES);
  }

  async #foldNow(): Promise<void> {
    const target = this.#state.position - this.#kept;
    if (target <= this.#state.folded) return;
    this.#lowest = this.#state.position;
    const voxels = this.map.voxels.slice();
    for (let number = this.#state.position; number > target; number--) paint(voxels, this.#read(number).runs);
    const file = this.#fileOf(target);
    const temporary = temporaryBeside(file);
    const old = this.#fileOf(this.#state.folded);
    try {
      const handle = await open(temporary, 'wx', PRIVATE_FILE);
      try {
        await handle.writeFile(encodeLabelFile({ ...this.map, voxels }));
        await handle.sync();
      } finally {
        await handle.close();
      }
      if (this.#closed || this.#lowest < target) return;
      this.#database.atomically(() => {
        this.#take(target, this.#state.position);
        this.#drop.run(this.id, target);
        renameDurably(temporary, file);
      });
      this.#state = { ...this.#state, folded: target, revision: this.#state.revision + 1 };
      this.#bytes = this.#extent.get(this.id)?.bytes ?? 0;
      await rm(old, { force: true }); // where this fails, it goes when the site is opened the next time
    } catch {
      // The disk is full, say, or the drawing was removed: the records are still all there.
    } finally {
      await rm(temporary, { force: true }).catch(() => {});
    }
  }

  #commit(position: number, before: LabelledRuns, after: LabelledRuns, also?: () => void): void {
    this.#count(before, -1);
    this.#count(after, 1);
    try {
      this.#database.atomically(() => {
        this.#take(this.#state.folded, position);
        also?.();
      });
    } catch (error) {
      this.#count(after, -1);
      this.#count(before, 1);
      throw error;
    }
    this.#state = { ...this.#state, position, revision: this.#state.revision + 1 };
    paint(this.map.voxels, after);
  }

  #take(folded: number, position: number): void {
    const now = new Date().toISOString();
    const changed = this.#move.run(folded, position, JSON.stringify(this.labels), now, this.id, this.#state.revision);
    if (changed === 0) throw fault('storage.drawn-elsewhere', { id: this.id });
  }

  #count({ lengths, labels }: LabelledRuns, sign: 1 | -1): void {
    for (let run = 0; run < lengths.length; run++) this.#counts[labels[run]] += sign * lengths[run];
  }

  #read(number: number): { runs: LabelledRuns; label: number } {
    const row = this.#record.get(this.id, number);
    if (!row) throw fault('storage.drawn-elsewhere', { id: this.id });
    return { runs: readRecord(row.record), label: row.label };
  }

  #unchanged(): Change {
    const none = { starts: new Uint32Array(0), lengths: new Uint32Array(0), labels: new Uint8Array(0) };
    return { ...none, ...this.history };
  }
}

function emptyMap({ grid, sourceGrid }: Pick<LabelMap, 'grid' | 'sourceGrid'>): LabelMap {
  return { grid, sourceGrid, voxels: new Uint8Array(voxelCount(grid)) };
}
