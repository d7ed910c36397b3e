import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../../tests/test-folder.ts';
import type { LedgerEntry } from './ledger.ts';
import { createSite } from './site-folder.ts';

const site = () => createSite(testFolder().path, 'A');
const entry = (permission: string): LedgerEntry => ({ type: 'permission-withdrawn', permission, by: 'anna' });

/** Changes the ledger as someone with the file and a SQLite shell would. */
function tamper(path: string, ...statements: string[]) {
  const sqlite = new Sqlite(join(path, 'site.sqlite'));
  for (const name of ['ledger_keeps_entries', 'ledger_drops_nothing', 'ledger_grows_at_its_end']) {
    sqlite.exec(`DROP TRIGGER ${name}`);
  }
  for (const statement of statements) sqlite.exec(statement);
  sqlite.close();
}

function filled() {
  const { ledger, path } = site();
  ledger.append(entry('a'), entry('b'), entry('c'), entry('d'));
  return { ledger, path };
}

describe('Ledger', () => {
  it('is empty and sound at first', () => {
    expect(site().ledger.verify()).toEqual({ entries: 0, head: '0'.repeat(64), broken: null });
  });

  it('numbers and chains what is added', () => {
    const { ledger, path } = site();
    expect(ledger.append(entry('a'), entry('b'))).toEqual([1, 2]);
    expect(ledger.append(entry('c'))).toEqual([3]);
    expect(ledger.list()).toMatchObject([
      { number: 1, permission: 'a' },
      { number: 2, permission: 'b' },
      { number: 3, permission: 'c', hash: ledger.head() },
    ]);
    expect(ledger.verify()).toEqual({ entries: 3, head: ledger.head(), broken: null });

    // The chain as anybody can recompute it from the file.
    const sqlite = new Sqlite(join(path, 'site.sqlite'), { readonly: true });
    const texts = sqlite.prepare<[], string>('SELECT entry FROM ledger ORDER BY number').pluck().all();
    const head = texts.reduce(
      (previous, text) => createHash('sha256').update(`${previous}\n${text}`).digest('hex'),
      '0'.repeat(64),
    );
    expect(ledger.head()).toBe(head);
  });

  it('gives lines from which anybody can recompute the chain', () => {
    const { ledger } = filled();
    let previous = '0'.repeat(64);
    for (const line of ledger.lines()) {
      const text = line.slice(line.indexOf('"entry":') + '"entry":'.length, -1);
      const hash = createHash('sha256').update(`${previous}\n${text}`).digest('hex');
      expect(JSON.parse(line)).toEqual({ previous, hash, entry: JSON.parse(text) });
      previous = hash;
    }
    expect(previous).toBe(ledger.head());
  });

  it('tells once of each step that appended, when it is over', async () => {
    const { ledger } = site();
    const seen: number[] = [];
    const stop = ledger.onAppend(() => seen.push(ledger.list().length));
    ledger.together(() => {
      ledger.append(entry('a'), entry('b'));
      ledger.append(entry('c'));
    });
    expect(seen).toEqual([]);
    await Promise.resolve();
    expect(seen).toEqual([3]);
    stop();
    ledger.append(entry('d'));
    await Promise.resolve();
    expect(seen).toEqual([3]);
  });

  it('knows the name under which a coordinator asked last, also past entries that somebody broke', () => {
    const { ledger, path } = site();
    const asked = (name: string): LedgerEntry => ({
      type: 'decision',
      run: 'run-1',
      payload: {
        kind: 'weights',
        federation: 'Together',
        stage: 'pretraining',
        round: 1,
        asker: { name, fingerprint: 'aa' },
        recipients: [],
        bytes: 1,
        sha256: '',
        vectors: 0,
        vectorLength: 0,
        parameters: 1,
        volumes: 1,
        treatment: '',
      },
      answer: 'refuse',
      by: 'anna',
      reason: '',
    });
    ledger.append(asked('First'), asked('Second'), entry('a'));
    tamper(path, "UPDATE ledger SET entry = 'no JSON' WHERE number = 3");
    expect([ledger.askerName('aa'), ledger.askerName('bb')]).toEqual(['Second', undefined]);
  });

  it('adds several entries whole or not at all', () => {
    const { ledger } = filled();
    const wrong = { type: 'outcome', decision: 1, outcome: 'lost', note: '' } as unknown as LedgerEntry;
    expect(() => ledger.append(entry('e'), wrong)).toThrow();
    expect(ledger.verify()).toMatchObject({ entries: 4, broken: null });
  });

  it('lets SQLite change, drop, replace and insert nothing', () => {
    const { path } = filled();
    const sqlite = new Sqlite(join(path, 'site.sqlite'));
    for (const statement of [
      "UPDATE ledger SET entry = '{}'",
      'DELETE FROM ledger WHERE number = 4',
      "INSERT OR REPLACE INTO ledger VALUES (2, '{}', '', 'x')",
      "INSERT INTO ledger VALUES (9, '{}', '', 'x')",
      "INSERT INTO ledger (entry, previous, hash) VALUES ('{}', '', 'x')",
    ]) {
      expect(() => sqlite.exec(statement), statement).toThrow('append-only');
    }
    sqlite.close();
  });

  const rehash = (text: string) => createHash('sha256').update(text).digest('hex');

  it.each([
    ['a changed entry', 2, ["UPDATE ledger SET entry = replace(entry, 'anna', 'bert') WHERE number = 2"]],
    ['a dropped entry', 2, ['DELETE FROM ledger WHERE number = 2']],
    ['a dropped first entry', 1, ['DELETE FROM ledger WHERE number = 1']],
    ['dropped last entries', 3, ['DELETE FROM ledger WHERE number >= 3']],
    ['everything dropped', 1, ['DELETE FROM ledger']],
    ['a changed hash', 3, ["UPDATE ledger SET hash = 'x' WHERE number = 3"]],
    [
      'dropped and renumbered entries',
      2,
      ['DELETE FROM ledger WHERE number = 2', 'UPDATE ledger SET number = number - 1 WHERE number > 2'],
    ],
    [
      'two entries exchanged',
      2,
      [
        'UPDATE ledger SET number = 9 WHERE number = 2',
        'UPDATE ledger SET number = 2 WHERE number = 3',
        'UPDATE ledger SET number = 3 WHERE number = 9',
      ],
    ],
    [
      'an entry changed together with its hash',
      4,
      [
        `UPDATE ledger SET previous = '${'1'.repeat(64)}', entry = '{"number":4}', hash = '${rehash(`${'1'.repeat(64)}\n{"number":4}`)}' WHERE number = 4`,
      ],
    ],
  ])('finds %s and names the first broken entry', (_, number, statements) => {
    const { ledger, path } = filled();
    tamper(path, ...statements);
    expect(ledger.verify().broken).toMatchObject({ number });
  });

  it('shows by its head that the whole chain was written anew', () => {
    const { ledger, path } = filled();
    const noted = ledger.head();
    let previous = '0'.repeat(64);
    const statements = ledger.list().map(({ number }) => {
      const text = JSON.stringify({
        at: new Date().toISOString(),
        by: 'bert',
        number,
        permission: 'x',
        type: 'permission-withdrawn',
      });
      const hash = rehash(`${previous}\n${text}`);
      const statement = `UPDATE ledger SET entry = '${text}', previous = '${previous}', hash = '${hash}' WHERE number = ${number}`;
      previous = hash;
      return statement;
    });
    tamper(path, ...statements);
    expect(ledger.verify().broken).toBeNull();
    expect(ledger.verify().head).not.toBe(noted);
  });

  it('takes entries of several processes at once in turn', async () => {
    const { ledger, path } = site();
    const script = `
      import { openSite } from ${JSON.stringify(import.meta.resolve('./site-folder.ts'))};
      const { ledger } = openSite(process.argv[1]);
      for (let i = 0; i < 50; i++) ledger.append({ type: 'permission-withdrawn', permission: process.argv[2] + i, by: 'x' });
    `;
    const run = promisify(execFile);
    const writer = (name: string) => run(process.execPath, ['--input-type=module', '-e', script, path, name]);
    await Promise.all([writer('a'), writer('b'), writer('c')]);
    expect(ledger.verify()).toMatchObject({ entries: 150, broken: null });
    const names = ledger.list().map((record) => (record.type === 'permission-withdrawn' ? record.permission : ''));
    expect(names.filter((name) => name.startsWith('b'))).toEqual(Array.from({ length: 50 }, (_, i) => `b${i}`));
  });
});
