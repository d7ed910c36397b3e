/**
 * One run at a time in a site folder. The lock is an open transaction on a small SQLite file of its own: the operating
 * system ends it with the process, however that ends, and needs no guess about process numbers, which are reused. The
 * site's own database is not locked, so volumes, models and the ledger can be looked at meanwhile.
 */
import Sqlite from 'better-sqlite3';
import { fault } from '../../shared/errors.ts';
import { touchPrivate } from './atomic-file.ts';
import { databaseFault } from './database.ts';

interface Holder {
  pid: number;
  purpose: string;
  since: string;
}

// A lock that nothing refers to would be collected, its database closed, and the lock gone.
const held = new Set<SiteLock>();

export class SiteLock {
  #sqlite: Sqlite.Database;

  /** Takes the lock of `folder` for `purpose` ("pre-training"). Throws `storage.site-busy` naming the holder. */
  constructor(folder: string, file: string, purpose: string) {
    touchPrivate(file);
    try {
      this.#sqlite = new Sqlite(file, { timeout: 0 });
    } catch (error) {
      throw databaseFault(error, file);
    }
    try {
      // The holder's row is committed first, so that others can read it, and the lock taken by the next transaction.
      // Should someone else get in between, taking it fails and their row stands.
      this.#sqlite.exec(
        'CREATE TABLE IF NOT EXISTS holder (one INTEGER PRIMARY KEY CHECK (one = 1), pid INTEGER, purpose TEXT, since TEXT) STRICT',
      );
      this.#sqlite
        .prepare('INSERT OR REPLACE INTO holder VALUES (1, ?, ?, ?)')
        .run(process.pid, purpose, new Date().toISOString());
      this.#sqlite.exec('BEGIN IMMEDIATE'); // keeps writers out and lets readers in
    } catch (error) {
      const failure = isBusy(error) ? this.#busy(folder) : databaseFault(error, file);
      this.#sqlite.close();
      throw failure;
    }
    held.add(this);
  }

  /** Gives the lock back; more than once does no harm. */
  release(): void {
    held.delete(this);
    this.#sqlite.close();
  }

  #busy(folder: string) {
    const unknown: Holder = { pid: 0, purpose: 'another command', since: 'just now' };
    let holder: Holder | undefined;
    try {
      holder = this.#sqlite.prepare<[], Holder>('SELECT pid, purpose, since FROM holder').get();
    } catch {
      // It is being written this moment.
    }
    return fault('storage.site-busy', { folder, ...(holder ?? unknown) });
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
