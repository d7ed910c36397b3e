/** Standing permissions: what a person allowed for the rest of a run, within bounds, and may withdraw at any time. */
import { randomBytes } from 'node:crypto';
import { type Bounds, boundsSchema } from '../../shared/consent.ts';
import { fault } from '../../shared/errors.ts';
import { canonicalJson } from '../../shared/plan.ts';
import type { Query, SiteDatabase } from './database.ts';
import { parseColumn } from './json-text.ts';
import type { Ledger } from './ledger.ts';
import { type PermissionScope, scopeSchema } from './permission-scope.ts';

export interface Permission {
  id: string;
  scope: PermissionScope;
  bounds: Bounds;
  grantedBy: string;
  grantedAt: string; // RFC 3339, UTC
}

interface Row {
  id: string;
  scope: string;
  bounds: string;
  granted_by: string;
  granted_at: string;
}

export class Permissions {
  #database: SiteDatabase;
  #ledger: Ledger;
  #insert: Query<[string, string, string, string, string]>;
  #inForce: Query<[], Row>;
  #withdraw: Query<[string, string]>;

  constructor(database: SiteDatabase, ledger: Ledger) {
    this.#database = database;
    this.#ledger = ledger;
    this.#insert = database.query(
      'INSERT INTO permissions (id, scope, bounds, granted_by, granted_at) VALUES (?, ?, ?, ?, ?)',
    );
    this.#inForce = database.query(
      `SELECT * FROM permissions WHERE withdrawn_at IS NULL
         AND scope ->> 'run' NOT IN (SELECT id FROM runs WHERE state IN ('finished', 'cancelled'))
       ORDER BY granted_at, rowid`,
    );
    this.#withdraw = database.query('UPDATE permissions SET withdrawn_at = ? WHERE id = ? AND withdrawn_at IS NULL');
  }

  /** Grants and tells the ledger, both or neither. */
  grant(scope: PermissionScope, bounds: Bounds, by: string): string {
    const id = `permission-${randomBytes(3).toString('hex')}`;
    this.#database.atomically(() => {
      this.#insert.run(id, canonicalJson(scope), canonicalJson(bounds), by, new Date().toISOString());
      this.#ledger.append({ type: 'permission-granted', permission: id, scope, bounds, by });
    });
    return id;
  }

  /** Withdraws, from this moment and in every process. Throws `storage.no-such-permission` where none is in force. */
  withdraw(id: string, by: string): void {
    this.#database.atomically(() => {
      if (this.#withdraw.run(new Date().toISOString(), id) === 0) throw fault('storage.no-such-permission', { id });
      this.#ledger.append({ type: 'permission-withdrawn', permission: id, by });
    });
  }

  /** What is in force now, oldest first: neither withdrawn nor of a run that is over. */
  list(): Permission[] {
    return this.#inForce.all().map((row) => ({
      id: row.id,
      scope: parseColumn(scopeSchema, row.scope, this.#database.file),
      bounds: parseColumn(boundsSchema, row.bounds, this.#database.file),
      grantedBy: row.granted_by,
      grantedAt: row.granted_at,
    }));
  }

  /** What is in force for exactly this scope, oldest first. */
  for(scope: PermissionScope): Permission[] {
    const wanted = canonicalJson(scope);
    return this.list().filter((permission) => canonicalJson(permission.scope) === wanted);
  }
}
