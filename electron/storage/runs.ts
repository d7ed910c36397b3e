/** What a site has trained or segmented and how far it is, so that a run killed at any moment goes on where it was. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { PayloadKind } from '../../shared/consent.ts';
import { type ComputedOn, engineNames } from '../../shared/engine.ts';
import { fault } from '../../shared/errors.ts';
import { planHash } from '../../shared/hash.ts';
import { type Plan, planSchema, planText } from '../../shared/plan.ts';
import { isOver, type RunKind, type RunState } from '../../shared/runs.ts';
import { makePrivateFolder } from './atomic-file.ts';
import type { Query, SiteDatabase } from './database.ts';
import { parseColumn } from './json-text.ts';
import { joinLineages, type Lineage, lineageSchema } from './lineage.ts';
import { type RunDetails, runDetailsSchemas } from './run-details.ts';

const computedOnSchema = z.array(z.strictObject({ engine: z.enum(engineNames), device: z.string() }));

interface RunFacts {
  id: string;
  plan: Plan;
  planHash: string;
  state: RunState;
  round: number; // finished rounds
  step: number; // finished steps of the round under way
  note: string; // for a person: why it stopped, what it waits for
  personNote: string; // what a person wrote about it
  startedAt: string; // times are RFC 3339, UTC
  updatedAt: string;
  endedAt: string | null; // null until it is over
  computedOn: ComputedOn[]; // in the order of their first use; empty until something was computed
  lineage: Lineage; // of what it makes: what it began with and has learnt from so far
  folder: string; // its checkpoints and results
}

/** The details are those of its kind. */
export type Run<Kind extends RunKind = RunKind> = {
  [Name in Kind]: RunFacts & { kind: Name; details: RunDetails<Name> };
}[Kind];

/** The run as one of this kind. Throws `storage.other-kind-of-run`. */
export function runOf<Kind extends RunKind>(kind: Kind, run: Run): Run<Kind> {
  if (run.kind !== kind) throw fault('storage.other-kind-of-run', { id: run.id, kind: run.kind, wanted: kind });
  return run as Run<Kind>;
}

/** Numbers of one place by name. */
export type MetricValues = { [Name in MetricName]?: number };

export type RunChange = Partial<Pick<Run, 'state' | 'round' | 'step' | 'note'>>;

/**
 * `bytes-up-features`: bytes of feature batches sent. 'other' is everything that is no payload: the protocol itself.
 * `counted`: 1 where a federation's round changed the weights, else 0; `sites`: how many sent theirs.
 */
export type MetricName =
  | 'loss'
  | 'dice'
  | 'seconds'
  | 'counted'
  | 'sites'
  | `bytes-${'up' | 'down'}-${PayloadKind | 'other'}`;

/** Where a metric belongs: to a step (from 1) of a round (from 1), or with step 0 to the round as a whole. */
export interface MetricPlace {
  round: number;
  step: number;
}

export interface Metric extends MetricPlace {
  name: MetricName;
  value: number;
}

interface Row {
  id: string;
  kind: RunKind;
  plan: string;
  plan_hash: string;
  details: string;
  state: RunState;
  round: number;
  step: number;
  note: string;
  person_note: string;
  computed_on: string;
  lineage: string;
  started_at: string;
  updated_at: string;
  ended_at: string | null;
}

export class Runs {
  #folder: string;
  #database: SiteDatabase;
  #insert: Query<[string, string, string, string, string, string, string]>;
  #all: Query<[], Row>;
  #one: Query<[string], Row>;
  #update: Query<[string, number, number, string, string, string | null, string]>;
  #set: Query<[string, number, number, string, number]>;
  #add: Query<[string, number, number, string, number]>;
  #metrics: Query<[string], Metric>;
  #recentLoss: Query<[string, number], { mean: number | null }>;
  #write: Query<[string, string]>;
  #setComputedOn: Query<[string, string]>;
  #setLineage: Query<[string, string]>;

  /** `folder` holds one folder a run. */
  constructor(database: SiteDatabase, folder: string) {
    this.#folder = folder;
    this.#database = database;
    this.#insert = database.query(
      `INSERT INTO runs (id, kind, plan, plan_hash, details, state, round, step, note, started_at, updated_at)
       VALUES (?, ?, ?, ?, ?, 'running', 0, 0, '', ?, ?)`,
    );
    this.#all = database.query('SELECT * FROM runs ORDER BY started_at, rowid');
    this.#one = database.query('SELECT * FROM runs WHERE id = ?');
    this.#update = database.query(
      'UPDATE runs SET state = ?, round = ?, step = ?, note = ?, updated_at = ?, ended_at = ? WHERE id = ?',
    );
    const record =
      'INSERT INTO metrics (run, round, step, name, value) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET';
    this.#set = database.query(`${record} value = excluded.value`);
    this.#add = database.query(`${record} value = value + excluded.value`);
    this.#metrics = database.query(
      'SELECT round, step, name, value FROM metrics WHERE run = ? ORDER BY round, step, name',
    );
    this.#recentLoss = database.query(
      `SELECT avg(value) AS mean FROM (
         SELECT value FROM metrics WHERE run = ? AND name = 'loss' AND step > 0
         ORDER BY round DESC, step DESC LIMIT ?)`,
    );
    this.#write = database.query('UPDATE runs SET person_note = ? WHERE id = ?');
    this.#setComputedOn = database.query('UPDATE runs SET computed_on = ? WHERE id = ?');
    this.#setLineage = database.query('UPDATE runs SET lineage = ? WHERE id = ?');
  }

  /** Notes a new run as running and makes its folder. */
  start<Kind extends RunKind>(kind: Kind, plan: Plan, details: RunDetails<Kind>): Run<Kind> {
    const id = `${kind}-${randomBytes(4).toString('hex')}`;
    makePrivateFolder(join(this.#folder, id));
    const now = new Date().toISOString();
    this.#insert.run(id, kind, planText(plan), planHash(plan), JSON.stringify(details), now, now);
    return this.get(id) as Run<Kind>;
  }

  /** Notes progress or a new state. Throws `storage.run-is-over` for a run that is finished or cancelled. */
  update(id: string, change: RunChange): Run {
    return this.#database.atomically(() => {
      const run = this.get(id);
      if (isOver(run)) throw fault('storage.run-is-over', { id, state: run.state });
      const changed = { ...run, ...change };
      const { state, round, step, note } = changed;
      const now = new Date().toISOString();
      this.#update.run(state, round, step, note, now, isOver(changed) ? now : null, id);
      return this.get(id);
    });
  }

  /**
   * Marks as paused what is noted as running but cannot be, its process having ended without a word. To be called by
   * who holds the site's lock, and before it starts a run of its own. Gives the runs it marked.
   */
  pauseInterrupted(): Run[] {
    return this.list()
      .filter(({ state }) => state === 'running')
      .map(({ id }) => this.update(id, { state: 'paused', note: 'The process ended in the middle of the run.' }));
  }

  /** Keeps what a person wrote about a run, also of one that is over. Throws `storage.no-such-run`. */
  write(id: string, personNote: string): void {
    if (this.#write.run(personNote, id) === 0) throw fault('storage.no-such-run', { id });
  }

  /** Notes what computed a part of a run, each engine and device once. Throws `storage.no-such-run`. */
  noteComputedOn(id: string, { engine, device }: ComputedOn): void {
    this.#database.atomically(() => {
      const { computedOn } = this.get(id);
      if (computedOn.some((one) => one.engine === engine && one.device === device)) return;
      this.#setComputedOn.run(JSON.stringify([...computedOn, { engine, device }]), id);
    });
  }

  /** Notes what a run begins with or learns from, beside what was noted before. Throws `storage.no-such-run`. */
  noteLineage(id: string, lineage: Lineage): void {
    this.#database.atomically(() => {
      this.#setLineage.run(JSON.stringify(joinLineages(this.get(id).lineage, lineage)), id);
    });
  }

  /** Every run, oldest first. */
  list(): Run[] {
    return this.#all.all().map((row) => this.#run(row));
  }

  /** Runs of one kind, oldest first. */
  listOf<Kind extends RunKind>(kind: Kind): Run<Kind>[] {
    return this.list().filter((run) => run.kind === kind) as Run<Kind>[];
  }

  /** Throws `storage.no-such-run`. */
  get(id: string): Run {
    const row = this.#one.get(id);
    if (!row) throw fault('storage.no-such-run', { id });
    return this.#run(row);
  }

  /**
   * Notes numbers of a step or round in place of what was noted there: a step done again after a restart counts
   * once. What is undefined or not finite is left out.
   */
  record(id: string, place: MetricPlace, values: MetricValues): void {
    this.#note(this.#set, id, place, values);
  }

  /** Notes one number for each step of a round, from the first on. */
  recordSteps(id: string, round: number, name: MetricName, values: number[]): void {
    this.#database.atomically(() => {
      for (const [index, value] of values.entries()) this.#set.run(id, round, index + 1, name, value);
    });
  }

  /** Adds to numbers that grow over restarts, such as bytes. */
  count(id: string, place: MetricPlace, values: MetricValues): void {
    this.#note(this.#add, id, place, values);
  }

  /** All numbers of a run, by round and step. Empty where none were noted. */
  metrics(id: string): Metric[] {
    return this.#metrics.all(id);
  }

  /** Mean loss of the newest steps, `count` at most. Undefined without any. */
  recentLoss(id: string, count: number): number | undefined {
    return this.#recentLoss.get(id, count)?.mean ?? undefined;
  }

  /** Notes numbers of many places in one step. */
  recordAll(id: string, entries: { place: MetricPlace; values: MetricValues }[]): void {
    this.#database.atomically(() => {
      for (const { place, values } of entries) this.record(id, place, values);
    });
  }

  #note(
    query: Query<[string, number, number, string, number]>,
    id: string,
    { round, step }: MetricPlace,
    values: MetricValues,
  ) {
    this.#database.atomically(() => {
      for (const [name, value] of Object.entries(values)) {
        if (value !== undefined && Number.isFinite(value)) query.run(id, round, step, name, value);
      }
    });
  }

  #run(row: Row): Run {
    const { file } = this.#database;
    const details = parseColumn<RunDetails>(runDetailsSchemas[row.kind], row.details, file);
    return {
      id: row.id,
      kind: row.kind,
      details,
      plan: parseColumn(planSchema, row.plan, file),
      planHash: row.plan_hash,
      state: row.state,
      round: row.round,
      step: row.step,
      note: row.note,
      personNote: row.person_note,
      computedOn: parseColumn(computedOnSchema, row.computed_on, file),
      lineage: parseColumn(lineageSchema, row.lineage, file),
      startedAt: row.started_at,
      updatedAt: row.updated_at,
      endedAt: row.ended_at,
      folder: join(this.#folder, row.id),
    } as Run;
  }
}
