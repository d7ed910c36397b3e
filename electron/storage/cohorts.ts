/**
 * Named sets of the site's volumes, each with a role. A set holds contents, not rows: a held-out volume that is removed
 * and imported again is still held out, and so is a second copy of it.
 */
import type { CohortRole } from '../../shared/cohorts.ts';
import { fault } from '../../shared/errors.ts';
import type { Query, SiteDatabase } from './database.ts';

export interface Cohort {
  name: string;
  role: CohortRole;
  contents: Set<string>; // `contentHash` of each of its volumes, also of those that are not here any more
}

/** What a cohort needs of a volume. */
type Member = { name: string; contentHash: string };

export class Cohorts {
  readonly #database: SiteDatabase;
  readonly #all: Query<[], { name: string; role: CohortRole }>;
  readonly #contents: Query<[], { cohort: string; content: string }>;
  readonly #insert: Query<[string, CohortRole, string]>;
  readonly #put: Query<[string, string]>;
  readonly #take: Query<[string, string]>;
  readonly #delete: Query<[string]>;

  constructor(database: SiteDatabase) {
    this.#database = database;
    this.#all = database.query('SELECT name, role FROM cohorts ORDER BY name');
    this.#contents = database.query('SELECT cohort, content_hash AS content FROM cohort_volumes');
    this.#insert = database.query(
      'INSERT INTO cohorts (name, role, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#put = database.query(
      'INSERT INTO cohort_volumes (cohort, content_hash) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    this.#take = database.query('DELETE FROM cohort_volumes WHERE cohort = ? AND content_hash = ?');
    this.#delete = database.query('DELETE FROM cohorts WHERE name = ?');
  }

  /** By name. */
  list(): Cohort[] {
    const contents = Map.groupBy(this.#contents.all(), ({ cohort }) => cohort);
    return this.#all
      .all()
      .map(({ name, role }) => ({ name, role, contents: new Set(contents.get(name)?.map(({ content }) => content)) }));
  }

  /** Throws `storage.no-such-cohort`. */
  get(name: string): Cohort {
    const found = this.list().find((cohort) => cohort.name === name);
    if (!found) throw fault('storage.no-such-cohort', { name });
    return found;
  }

  /** Makes a cohort of these volumes. Throws `storage.cohort-exists`, and as `add`, with nothing made. */
  make(name: string, role: CohortRole, volumes: Member[]): void {
    this.#database.atomically(() => {
      if (this.#insert.run(name, role, new Date().toISOString()) === 0) throw fault('storage.cohort-exists', { name });
      this.add(name, volumes);
    });
  }

  /**
   * Puts volumes into a cohort; those that are in it stay. Throws `storage.other-role`, with nothing put, where one of
   * them is in a cohort of another role, and `storage.no-such-cohort`.
   */
  add(name: string, volumes: Member[]): void {
    this.#database.atomically(() => {
      const { role } = this.get(name);
      const others = this.list().filter((cohort) => cohort.role !== role);
      for (const { name: volume, contentHash } of volumes) {
        const other = others.find(({ contents }) => contents.has(contentHash));
        if (other) throw fault('storage.other-role', { volume, cohort: other.name, role: other.role });
        this.#put.run(name, contentHash);
      }
    });
  }

  /** Takes volumes out of a cohort; the volumes stay at the site. Throws `storage.no-such-cohort`. */
  take(name: string, volumes: Pick<Member, 'contentHash'>[]): void {
    this.#database.atomically(() => {
      this.get(name);
      for (const { contentHash } of volumes) this.#take.run(name, contentHash);
    });
  }

  /** Forgets a cohort; its volumes stay at the site. Throws `storage.no-such-cohort`. */
  remove(name: string): void {
    if (this.#delete.run(name) === 0) throw fault('storage.no-such-cohort', { name });
  }
}
