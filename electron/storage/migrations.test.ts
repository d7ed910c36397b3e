import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../../tests/test-folder.ts';
import { databaseFault, SiteDatabase } from './database.ts';
import { migrate, migrations } from './migrations.ts';

const folder = testFolder().path;
const version = (database: Sqlite.Database) => database.pragma('user_version', { simple: true });
const layout = (database: Sqlite.Database) =>
  database.prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").all();

describe('migrate', () => {
  it('leads from an empty file to the newest layout', () => {
    const database = new Sqlite(':memory:');
    migrate(database, migrations, 'site.sqlite');
    expect(version(database)).toBe(migrations.length);
    expect(database.pragma('foreign_key_check')).toEqual([]);
  });

  it.each(migrations.map((_, step) => step))('leads from version %i to the same layout, and only once', (step) => {
    const fresh = new Sqlite(':memory:');
    migrate(fresh, migrations, 'site.sqlite');
    const older = new Sqlite(':memory:');
    migrate(older, migrations.slice(0, step), 'site.sqlite');
    expect(version(older)).toBe(step);
    migrate(older, migrations, 'site.sqlite');
    migrate(older, migrations, 'site.sqlite');
    expect(version(older)).toBe(migrations.length);
    expect(layout(older)).toEqual(layout(fresh));
  });

  it('takes a step whole or not at all, and keeps what was there', () => {
    const database = new Sqlite(':memory:');
    const first = 'CREATE TABLE a (x); INSERT INTO a VALUES (1);';
    migrate(database, [first], 'f');
    expect(() => migrate(database, [first, 'CREATE TABLE b (x); INSERT INTO nowhere VALUES (1);'], 'f')).toThrow();
    expect(version(database)).toBe(1);
    expect(layout(database)).toHaveLength(1);
    migrate(database, [first, 'ALTER TABLE a ADD COLUMN y DEFAULT 2;'], 'f');
    expect(database.prepare('SELECT * FROM a').all()).toEqual([{ x: 1, y: 2 }]);
  });

  it('refuses a file of a newer program', () => {
    const file = join(folder, 'newer.sqlite');
    const database = new Sqlite(file);
    database.pragma(`user_version = ${migrations.length + 1}`);
    database.close();
    expect(() => new SiteDatabase(file)).toThrow(
      expect.objectContaining({
        code: 'storage.newer-site',
        details: { file, found: migrations.length + 1, known: migrations.length },
      }),
    );
  });
});

describe('SiteDatabase', () => {
  it('keeps all or nothing of a step, also of a nested one', () => {
    const database = new SiteDatabase(join(folder, 'a.sqlite'), { create: true });
    const insert = database.query<[string]>("INSERT INTO approvals VALUES (?, 'name', 'now')");
    const count = database.query<[], { n: number }>('SELECT count(*) AS n FROM approvals');
    expect(() =>
      database.atomically(() => {
        insert.run('a');
        database.atomically(() => insert.run('b'));
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(count.get()).toEqual({ n: 0 });
    database.atomically(() => insert.run('a'));
    expect(count.get()).toEqual({ n: 1 });
    database.close();
  });

  it('waits for power: journal and synchronous are set so that a commit is on disk', () => {
    const database = new SiteDatabase(join(folder, 'a.sqlite'));
    expect(database.query<[], { journal_mode: string }>('PRAGMA journal_mode').get()?.journal_mode).toBe('wal');
    expect(database.query<[], { synchronous: number }>('PRAGMA synchronous').get()?.synchronous).toBe(2);
    expect(database.query<[], { foreign_keys: number }>('PRAGMA foreign_keys').get()?.foreign_keys).toBe(1);
    database.close();
  });

  it('names a full disk', () => {
    const file = join(folder, 'full.sqlite');
    const sqlite = new Sqlite(file);
    sqlite.exec('CREATE TABLE t (x)');
    sqlite.pragma('max_page_count = 3'); // stops SQLite as a full disk does
    const fill = () => {
      try {
        sqlite.prepare('INSERT INTO t VALUES (zeroblob(100000))').run();
      } catch (error) {
        throw databaseFault(error, file);
      }
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'storage.disk-full', details: { file } }));
  });
});
