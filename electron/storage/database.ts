/**
 * The site's SQLite database: opened with the settings that keep what was committed, its errors turned into ours.
 * Several processes may have it open: one writes at a time, readers never wait (write-ahead log).
 */
import Sqlite from 'better-sqlite3';
import { fault, isFault } from '../../shared/errors.ts';
import { migrate, migrations } from './migrations.ts';

const BUSY_TIMEOUT = 10_000; // ms that a writer waits for another; the longest write of ours takes milliseconds

type Parameter = string | number | Uint8Array | null;

export class SiteDatabase {
  readonly file: string;
  #sqlite: Sqlite.Database;

  /**
   * Opens the file, which must exist unless `create` is given, and brings its layout up to date.
   *
   * Throws `storage.newer-site`, `storage.not-writable`, `storage.disk-full`, `storage.database-broken` or
   * `storage.database-busy`.
   */
  constructor(file: string, { create = false } = {}) {
    this.file = file;
    this.#sqlite = this.#guard(() => new Sqlite(file, { fileMustExist: !create, timeout: BUSY_TIMEOUT }));
    try {
      this.#guard(() => {
        this.#sqlite.pragma('journal_mode = WAL');
        this.#sqlite.pragma('synchronous = FULL'); // a decision in the ledger outlives a power cut
        this.#sqlite.pragma('foreign_keys = ON');
        migrate(this.#sqlite, migrations, file);
      });
    } catch (error) {
      this.#sqlite.close();
      throw error;
    }
  }

  /** A prepared statement: `Row` is what one row comes back as, `Parameters` what the question marks take. */
  query<Parameters extends Parameter[], Row = never>(sql: string): Query<Parameters, Row> {
    const statement = this.#guard(() => this.#sqlite.prepare<Parameters, Row>(sql));
    return {
      get: (...parameters) => this.#guard(() => statement.get(...parameters)),
      all: (...parameters) => this.#guard(() => statement.all(...parameters)),
      run: (...parameters) => this.#guard(() => statement.run(...parameters).changes),
    };
  }

  /** Runs `work` as one step that happens whole or not at all, with nobody else writing in between. May be nested. */
  atomically<Result>(work: () => Result): Result {
    if (this.#sqlite.inTransaction) return work();
    return this.#guard(() => this.#sqlite.transaction(work).immediate());
  }

  close(): void {
    this.#sqlite.close();
  }

  #guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw databaseFault(error, this.file);
    }
  }
}

export interface Query<Parameters extends Parameter[], Row = never> {
  get(...parameters: Parameters): Row | undefined;
  all(...parameters: Parameters): Row[];
  /** Gives the number of changed rows. */
  run(...parameters: Parameters): number;
}

/** The named error for what SQLite said (https://sqlite.org/rescode.html); anything else comes back as it is. */
export function databaseFault(error: unknown, file: string): unknown {
  if (isFault(error) || !(error instanceof Sqlite.SqliteError)) return error;
  const reason = error.message;
  if (/^SQLITE_(FULL|IOERR_WRITE)/.test(error.code)) return fault('storage.disk-full', { file }, error);
  if (/^SQLITE_(READONLY|CANTOPEN|PERM|AUTH)/.test(error.code)) {
    return fault('storage.not-writable', { file, reason }, error);
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(error.code)) return fault('storage.database-busy', { file }, error);
  if (/^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(error.code)) {
    return fault('storage.database-broken', { file, reason }, error);
  }
  return error; // a broken constraint or statement: a mistake of ours, shown as it is
}
