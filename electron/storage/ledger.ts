/**
 * The record of every decision about what leaves, and of what then happened. Entries are only ever added, each with
 * the hash of the one before: SHA-256 over the previous hash and the entry's canonical JSON. Whoever changes or drops
 * an entry must redo every later hash, which a head hash noted elsewhere betrays.
 */

import { z } from 'zod';
import { answers, boundsSchema, payloadKinds } from '../../shared/consent.ts';
import { sha256Hex } from '../../shared/hash.ts';
import { canonicalJson } from '../../shared/plan.ts';
import { stages } from '../../shared/protocol/rounds.ts';
import type { Query, SiteDatabase } from './database.ts';
import { parseColumn, parseJson } from './json-text.ts';
import { scopeSchema } from './permission-scope.ts';

const party = { name: z.string(), fingerprint: z.string() };

/** A payload's description without its picture. */
const payloadSchema = z.strictObject({
  kind: z.enum(payloadKinds),
  federation: z.string(),
  stage: z.enum(stages),
  round: z.int(),
  rounds: z.int().optional(), // absent in entries of early versions
  asker: z.strictObject(party),
  recipients: z.array(z.strictObject({ ...party, isNew: z.boolean() })),
  bytes: z.int(),
  sha256: z.string(),
  vectors: z.int(),
  vectorLength: z.int(),
  parameters: z.int(),
  volumes: z.int(),
  treatment: z.string(),
});

const entrySchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('decision'),
    run: z.string(),
    payload: payloadSchema,
    answer: z.enum(answers),
    by: z.string(),
    reason: z.string(),
    bounds: boundsSchema.optional(),
  }),
  z.strictObject({
    type: z.literal('outcome'),
    decision: z.int(), // number of the decision's entry
    outcome: z.enum(['sent', 'withheld', 'failed']),
    note: z.string(),
  }),
  z.strictObject({
    type: z.literal('permission-granted'),
    permission: z.string(),
    scope: scopeSchema,
    bounds: boundsSchema,
    by: z.string(),
  }),
  z.strictObject({ type: z.literal('permission-withdrawn'), permission: z.string(), by: z.string() }),
  /** From here on it is new again. */
  z.strictObject({ type: z.literal('party-forgotten'), party: z.strictObject(party), by: z.string() }),
]);
export type LedgerEntry = z.infer<typeof entrySchema>;

const stampSchema = z.object({ number: z.int(), at: z.iso.datetime() });

/** An entry as it stands in the ledger. */
export type LedgerRecord = LedgerEntry & {
  number: number; // from 1, without gaps
  at: string; // RFC 3339, UTC
  hash: string;
};

export interface LedgerCheck {
  entries: number;
  head: string; // hash of the last entry; zeros for an empty ledger
  /** The first entry that is not what was written, or null where all are. */
  broken: { number: number; reason: string } | null;
}

interface Row {
  number: number;
  entry: string;
  previous: string;
  hash: string;
}

const BEGINNING = '0'.repeat(64);

export class Ledger {
  #database: SiteDatabase;
  #insert: Query<[number, string, string, string]>;
  #last: Query<[], Row>;
  #all: Query<[], Row>;
  #largest: Query<[], { seq: number }>;
  #asker: Query<[string], { name: string }>;
  readonly #listeners = new Set<() => void>();
  #telling = false;

  constructor(database: SiteDatabase) {
    this.#database = database;
    this.#insert = database.query('INSERT INTO ledger (number, entry, previous, hash) VALUES (?, ?, ?, ?)');
    this.#last = database.query('SELECT * FROM ledger ORDER BY number DESC LIMIT 1');
    this.#all = database.query('SELECT * FROM ledger ORDER BY number');
    this.#largest = database.query("SELECT seq FROM sqlite_sequence WHERE name = 'ledger'");
    this.#asker = database.query(
      `SELECT entry ->> '$.payload.asker.name' AS name FROM ledger
         WHERE CASE WHEN json_valid(entry) THEN entry ->> '$.payload.asker.fingerprint' END = ?
       ORDER BY number DESC LIMIT 1`,
    );
  }

  /**
   * Adds entries, all or none, and gives their numbers. Processes that add at once take turns. On disk when it returns.
   */
  append(...entries: LedgerEntry[]): number[] {
    return this.#database.atomically(() => entries.map((entry) => this.#add(entry)));
  }

  /**
   * Runs `work`, which appends and may change other tables of the site, as one step that happens whole or not at all.
   */
  together<Result>(work: () => Result): Result {
    return this.#database.atomically(work);
  }

  /** Calls `listener` after each step of this process that appended. Gives what ends that. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Every entry, oldest first. */
  list(): LedgerRecord[] {
    return this.#all.all().map(({ entry: text, hash }) => {
      const { number, at, ...entry } = parseColumn(stampSchema.loose(), text, this.#database.file);
      return { ...parseColumn(entrySchema, JSON.stringify(entry), this.#database.file), number, at, hash };
    });
  }

  /**
   * Every entry as a line of JSON, oldest first: `{"previous":...,"hash":...,"entry":...}`. What stands after
   * `"entry":`, up to the line's last brace, is the text that was hashed.
   */
  lines(): string[] {
    return this.#all
      .all()
      .map(({ entry, previous, hash }) => `{"previous":"${previous}","hash":"${hash}","entry":${entry}}`);
  }

  /** As `list`, without the entries that are no longer what a ledger holds: `verify` tells of them. */
  readable(): LedgerRecord[] {
    return this.#all.all().flatMap((row) => {
      const stamp = stampSchema.loose().safeParse(parseJson(row.entry));
      if (!stamp.success) return [];
      const { number, at, ...entry } = stamp.data;
      const parsed = entrySchema.safeParse(entry);
      return parsed.success ? [{ ...parsed.data, number, at, hash: row.hash }] : [];
    });
  }

  /** Hash of the last entry; zeros for an empty ledger. Noted elsewhere, it shows later that nothing was rewritten. */
  head(): string {
    return this.#last.get()?.hash ?? BEGINNING;
  }

  /**
   * The name under which a coordinator asked last; undefined where it never did. Reads no further back than it must.
   */
  askerName(fingerprint: string): string | undefined {
    return this.#asker.get(fingerprint)?.name;
  }

  /** Walks the whole chain. */
  verify(): LedgerCheck {
    const rows = this.#all.all();
    const report = (broken: LedgerCheck['broken']) => ({ entries: rows.length, head: this.head(), broken });
    let previous = BEGINNING;
    for (const [index, row] of rows.entries()) {
      const number = index + 1;
      if (row.number !== number) return report({ number, reason: 'it is missing' });
      if (row.previous !== previous) return report({ number, reason: 'it does not follow the entry before it' });
      if (row.hash !== chain(previous, row.entry))
        return report({ number, reason: 'it was changed after it was written' });
      const stamp = stampSchema.safeParse(parseJson(row.entry));
      if (stamp.data?.number !== number) return report({ number, reason: 'it was written for another place' });
      previous = row.hash;
    }
    const largest = this.#largest.get()?.seq ?? 0;
    if (largest > rows.length) return report({ number: rows.length + 1, reason: 'it is missing' });
    return report(null);
  }

  #add(entry: LedgerEntry): number {
    const last = this.#last.get();
    const number = (last?.number ?? 0) + 1;
    const previous = last?.hash ?? BEGINNING;
    const text = canonicalJson({ ...entrySchema.parse(entry), number, at: new Date().toISOString() });
    this.#insert.run(number, text, previous, chain(previous, text));
    this.#tell();
    return number;
  }

  /** Once a step, after it: transactions do not wait for anything, so that a microtask comes when they are over. */
  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    queueMicrotask(() => {
      this.#telling = false;
      for (const listener of this.#listeners) listener();
    });
  }
}

function chain(previous: string, entry: string): string {
  return sha256Hex(`${previous}\n${entry}`);
}
