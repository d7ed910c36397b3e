/**
 * A site on disk: one folder that can be moved, backed up and deleted as a whole.
 *
 *     site.sqlite       catalogue, cohorts, label maps, strokes, runs, models, metrics, approvals, permissions,
 *                       ledger, settings
 *     identity.key      the site's private key
 *     lock.sqlite       held by the run at work
 *     window.sqlite     held by the first window that has the site open
 *     volumes/          images and training labels; in ID.maps/ a volume's predictions and drawings
 *     models/  coordinator/
 *     exports/  uploads/
 *                       files that a person asked for, until the window's program ends; that a browser
 *                       brought to import
 *     runs/             checkpoints of each run; of an unfinished federated one also its invitation, to go on with
 *
 * Everything that is made here is readable by the site's own account alone.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fault } from '../../shared/errors.ts';
import { Approvals } from './approvals.ts';
import { cleanLeftovers, makePrivateFolder, touchPrivate } from './atomic-file.ts';
import { Catalogue } from './catalogue.ts';
import { Cohorts } from './cohorts.ts';
import { SiteDatabase } from './database.ts';
import { noteEarlierLineages } from './earlier-lineages.ts';
import { LabelMaps } from './label-maps.ts';
import { LabelNames } from './label-names.ts';
import { Ledger } from './ledger.ts';
import { Models } from './models.ts';
import { Permissions } from './permissions.ts';
import { Runs } from './runs.ts';
import { StoredSettings } from './settings.ts';
import { SiteLock } from './site-lock.ts';

const DATABASE = 'site.sqlite';
const FOLDERS = ['volumes', 'models', 'runs', 'coordinator'];
const SITE_NAME = /^[^\p{C}\s](?:[^\p{C}]{0,62}[^\p{C}\s])?$/u; // 1 to 64 characters, none of them control characters

export interface SiteFolder {
  readonly path: string; // absolute
  readonly name: string; // changes with `rename`
  readonly createdAt: string; // RFC 3339, UTC
  readonly identityFile: string;
  readonly coordinatorFolder: string;
  readonly volumes: Catalogue;
  readonly cohorts: Cohorts;
  readonly labelMaps: LabelMaps;
  readonly labelNames: LabelNames;
  readonly runs: Runs;
  readonly models: Models;
  readonly approvals: Approvals;
  readonly permissions: Permissions;
  readonly ledger: Ledger;
  readonly settings: StoredSettings;
  /** Throws `storage.bad-site-name`. */
  rename(name: string): void;
  /** Takes the site for a run until `release` or the end of the process. Throws `storage.site-busy`. */
  lock(purpose: string): SiteLock;
  close(): void;
}

/**
 * Makes a site in a folder, which may exist and hold other files; its mode is then left as it is.
 *
 * Throws `storage.already-a-site`, `storage.bad-site-name`, `storage.not-writable` or `storage.disk-full`.
 */
export function createSite(path: string, name: string): SiteFolder {
  if (!SITE_NAME.test(name)) throw fault('storage.bad-site-name');
  const folder = resolve(path);
  const file = join(folder, DATABASE);
  makePrivateFolder(folder);
  touchPrivate(file); // SQLite would make it readable to others; its log files take after it
  const database = new SiteDatabase(file);
  try {
    // One row, whoever comes first: two commands that make a site here at once do not both succeed.
    const inserted = database
      .query<[string, string]>('INSERT INTO site (one, name, created_at) VALUES (1, ?, ?) ON CONFLICT DO NOTHING')
      .run(name, new Date().toISOString());
    if (inserted === 0) throw fault('storage.already-a-site', { folder });
  } finally {
    database.close();
  }
  return openSite(folder);
}

/** Whether a folder holds a site, sound or not. */
export function isSite(path: string): boolean {
  return existsSync(join(path, DATABASE));
}

/**
 * Opens a site and clears away what killed writers left.
 *
 * Throws `storage.not-a-site`, `storage.newer-site`, `storage.not-writable`, `storage.disk-full`,
 * `storage.database-broken` or `storage.database-busy`.
 */
export function openSite(path: string): SiteFolder {
  const folder = resolve(path);
  const file = join(folder, DATABASE);
  if (!existsSync(file)) throw fault('storage.not-a-site', { folder });
  const database = new SiteDatabase(file);
  try {
    const site = database.query<[], { name: string; createdAt: string }>(
      'SELECT name, created_at AS createdAt FROM site',
    );
    const row = site.get();
    if (!row) throw fault('storage.not-a-site', { folder }); // killed before it had a name
    for (const name of FOLDERS) {
      makePrivateFolder(join(folder, name));
      cleanLeftovers(join(folder, name));
    }
    const ledger = new Ledger(database);
    const volumes = new Catalogue(database, join(folder, 'volumes'));
    const labelMaps = new LabelMaps(database, volumes);
    const runs = new Runs(database, join(folder, 'runs'));
    const models = new Models(database, join(folder, 'models'));
    database.atomically(() => noteEarlierLineages({ models, runs, volumes }));
    const renaming = database.query<[string]>('UPDATE site SET name = ?');
    return {
      get name() {
        return row.name;
      },
      createdAt: row.createdAt,
      path: folder,
      identityFile: join(folder, 'identity.key'),
      coordinatorFolder: join(folder, 'coordinator'),
      volumes,
      cohorts: new Cohorts(database),
      labelMaps,
      labelNames: new LabelNames(database),
      runs,
      models,
      approvals: new Approvals(database),
      permissions: new Permissions(database, ledger),
      ledger,
      settings: new StoredSettings(database),
      rename(name) {
        if (!SITE_NAME.test(name)) throw fault('storage.bad-site-name');
        renaming.run(name);
        row.name = name;
      },
      lock: (purpose) => new SiteLock(folder, join(folder, 'lock.sqlite'), purpose),
      close: () => {
        labelMaps.close();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
