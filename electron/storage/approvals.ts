/** The sites and coordinators that this person has approved as recipients before; whoever is not here is new. */
import type { Party } from '../../shared/consent.ts';
import type { Query, SiteDatabase } from './database.ts';

export interface Approval extends Party {
  approvedAt: string; // RFC 3339, UTC: the first time
}

export class Approvals {
  #all: Query<[], Approval>;
  #one: Query<[string], { one: 1 }>;
  #insert: Query<[string, string, string]>;
  #delete: Query<[string]>;

  constructor(database: SiteDatabase) {
    this.#all = database.query(
      'SELECT fingerprint, name, approved_at AS approvedAt FROM approvals ORDER BY approved_at, rowid',
    );
    this.#one = database.query('SELECT 1 AS one FROM approvals WHERE fingerprint = ?');
    this.#insert = database.query(
      'INSERT INTO approvals (fingerprint, name, approved_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#delete = database.query('DELETE FROM approvals WHERE fingerprint = ?');
  }

  /** Forgets; gives who it was, undefined where nobody had approved it. */
  remove(fingerprint: string): Party | undefined {
    const known = this.list().find((approval) => approval.fingerprint === fingerprint);
    if (!known) return undefined;
    this.#delete.run(fingerprint);
    return { name: known.name, fingerprint };
  }

  has(fingerprint: string): boolean {
    return this.#one.get(fingerprint) !== undefined;
  }

  add(parties: Party[]): void {
    for (const { fingerprint, name } of parties) this.#insert.run(fingerprint, name, new Date().toISOString());
  }

  /** Everyone approved so far, oldest first. */
  list(): Approval[] {
    return this.#all.all();
  }
}
