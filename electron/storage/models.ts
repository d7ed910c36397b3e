/** The models that a site made or received, each a weight file and a row. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fault } from '../../shared/errors.ts';
import { planHash } from '../../shared/hash.ts';
import { type Plan, planSchema, planText } from '../../shared/plan.ts';
import type { WeightTensors } from '../../shared/safetensors.ts';
import { writeFault } from './atomic-file.ts';
import type { Query, SiteDatabase } from './database.ts';
import { parseColumn } from './json-text.ts';
import { type Lineage, lineageSchema, unknownLineage } from './lineage.ts';
import { oneIslandNote, writeWeights } from './weight-file.ts';

/** 'encoder': encoder and projection after pre-training. 'unet': the whole network, which segments. */
export type ModelKind = 'encoder' | 'unet';

/** How it did on the volumes that its training held out. */
const scoresSchema = z.strictObject({
  volumes: z.array(z.number().nullable()), // Dice of each, the mean over labels; null where correctly empty
});
export type ModelScores = z.infer<typeof scoresSchema>;

export interface Model {
  id: string; // 'encoder-3f2a'
  kind: ModelKind;
  plan: Plan;
  planHash: string;
  run: string | null; // the run that made it; null for one from elsewhere
  note: string; // for a person: "4 labelled volumes, 250 steps"
  scores: ModelScores | null; // null where nothing was held out, or before this was noted
  lineage: Lineage;
  createdAt: string; // RFC 3339, UTC
  file: string;
}

export interface NewModel {
  kind: ModelKind;
  plan: Plan;
  weights: WeightTensors;
  run?: string;
  note?: string;
  lineage?: Lineage; // absent: nothing is known of what it learnt from
  oneIsland?: number[]; // labels of which a segmentation keeps only the largest island
}

interface Row {
  id: string;
  kind: ModelKind;
  plan: string;
  plan_hash: string;
  run: string | null;
  note: string;
  scores: string | null;
  lineage: string | null;
  created_at: string;
}

export class Models {
  #folder: string;
  #database: SiteDatabase;
  #insert: Query<[string, string, string, string, string | null, string, string, string]>;
  #all: Query<[], Row>;
  #withoutLineage: Query<[], Row>;
  #one: Query<[string], Row>;
  #score: Query<[string, string]>;
  #setLineage: Query<[string, string]>;
  #delete: Query<[string]>;
  #count: Query<[], { models: number }>;

  /** `folder` holds the weight files. */
  constructor(database: SiteDatabase, folder: string) {
    this.#folder = folder;
    this.#database = database;
    this.#insert = database.query(
      'INSERT INTO models (id, kind, plan, plan_hash, run, note, lineage, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#all = database.query('SELECT * FROM models ORDER BY created_at, rowid');
    this.#withoutLineage = database.query('SELECT * FROM models WHERE lineage IS NULL ORDER BY created_at, rowid');
    this.#one = database.query('SELECT * FROM models WHERE id = ?');
    this.#score = database.query('UPDATE models SET scores = ? WHERE id = ?');
    this.#setLineage = database.query('UPDATE models SET lineage = ? WHERE id = ?');
    this.#count = database.query('SELECT count(*) AS models FROM models');
    this.#delete = database.query('DELETE FROM models WHERE id = ?');
  }

  /** Writes the weight file and the row, both or neither. Errors as `writeWeights`. */
  save({ kind, plan, weights, run, note = '', lineage = unknownLineage, oneIsland = [] }: NewModel): Model {
    return this.#database.atomically(() => {
      const id = this.#freeId(kind);
      const now = new Date().toISOString();
      const origin = JSON.stringify(lineage);
      this.#insert.run(id, kind, planText(plan), planHash(plan), run ?? null, note, origin, now);
      writeWeights(this.#file(id), weights, { plan, kind, notes: oneIslandNote(oneIsland) });
      return this.get(id);
    });
  }

  /** Notes how well a model did, in place of what was noted before. */
  score(id: string, scores: ModelScores): Model {
    this.#score.run(JSON.stringify(scores), id);
    return this.get(id);
  }

  /** Notes what a model of an earlier version comes from. */
  noteLineage(id: string, lineage: Lineage): void {
    this.#setLineage.run(JSON.stringify(lineage), id);
  }

  /** Models of earlier versions, of which nobody noted yet what they come from, oldest first. */
  withoutLineage(): Model[] {
    return this.#withoutLineage.all().map((row) => this.#model(row));
  }

  /** Every model, oldest first. */
  list(): Model[] {
    return this.#all.all().map((row) => this.#model(row));
  }

  count(): number {
    return this.#count.get()?.models ?? 0;
  }

  /** Throws `storage.no-such-model`. */
  get(id: string): Model {
    const row = this.#one.get(id);
    if (!row) throw fault('storage.no-such-model', { id });
    return this.#model(row);
  }

  /** Deletes a model and its file. */
  remove(id: string): void {
    const { file } = this.get(id);
    this.#delete.run(id);
    try {
      rmSync(file, { force: true });
    } catch (error) {
      throw writeFault(error, file);
    }
  }

  /** Four digits are easy to read and type; where many are taken, more digits. */
  #freeId(kind: ModelKind): string {
    for (let attempt = 0; ; attempt++) {
      const digits = 4 + Math.floor(attempt / 8);
      const id = `${kind}-${randomBytes(Math.ceil(digits / 2))
        .toString('hex')
        .slice(0, digits)}`;
      if (!this.#one.get(id)) return id;
    }
  }

  #file(id: string): string {
    return join(this.#folder, `${id}.safetensors`);
  }

  #model(row: Row): Model {
    const { file } = this.#database;
    return {
      id: row.id,
      kind: row.kind,
      plan: parseColumn(planSchema, row.plan, file),
      planHash: row.plan_hash,
      run: row.run,
      note: row.note,
      scores: row.scores === null ? null : parseColumn(scoresSchema, row.scores, file),
      lineage: row.lineage === null ? unknownLineage : parseColumn(lineageSchema, row.lineage, file),
      createdAt: row.created_at,
      file: this.#file(row.id),
    };
  }
}
