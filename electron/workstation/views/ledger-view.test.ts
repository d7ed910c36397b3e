import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../../../tests/test-folder.ts';
import type { LedgerEntry } from '../../storage/ledger.ts';
import { createSite } from '../../storage/site-folder.ts';
import { viewLedger } from './ledger-view.ts';

const nord = { name: 'Nord', fingerprint: 'aaaa' };
const scope = { run: 'run-1', federation: 'Nord', asker: 'aaaa', stage: 'pretraining', kind: 'weights' } as const;

function decision(change: Partial<Extract<LedgerEntry, { type: 'decision' }>> = {}): LedgerEntry {
  const payload = {
    kind: 'weights',
    federation: 'Nord',
    stage: 'pretraining',
    round: 2,
    rounds: 5,
    asker: nord,
    recipients: [{ ...nord, isNew: false }],
    bytes: 10,
    sha256: '00',
    vectors: 0,
    vectorLength: 0,
    parameters: 2,
    volumes: 3,
    treatment: '',
  } as const;
  return {
    type: 'decision',
    run: 'run-1',
    payload: { ...payload, recipients: [...payload.recipients] },
    answer: 'allow-once',
    by: 'anna',
    reason: 'fine',
    ...change,
  };
}

function site() {
  return createSite(testFolder().path, 'A');
}

describe('viewLedger', () => {
  it('is empty for a new site', () => {
    expect(viewLedger(site().ledger)).toEqual({ lines: [], head: '0'.repeat(64), broken: null });
  });

  it('joins a decision with the last that became of it', () => {
    const { ledger } = site();
    const outcome = { type: 'outcome', decision: 1, note: '' } as const;
    ledger.append(decision());
    expect(viewLedger(ledger).lines[0].outcome).toBeNull();
    ledger.append({ ...outcome, outcome: 'sent' }, { ...outcome, outcome: 'failed', note: 'connection lost' });
    const { lines, head } = viewLedger(ledger);
    expect(lines[0]).toMatchObject({ number: 1, outcome: 'failed', answer: 'allow-once', reason: 'fine', by: 'anna' });
    expect(lines[2]).toMatchObject({
      words: 'Network weights of round 2 could not be sent (connection lost), as decided in entry 1.',
      payload: { kind: 'weights' },
    });
    expect(lines[2].hash).toBe(head);
  });

  it.each<[string, LedgerEntry]>([
    [
      'A standing permission allowed network weights of pre-training round 2 to leave for the coordinator Nord.',
      decision({ by: 'standing permission' }),
    ],
    [
      'The policy rules.json allowed network weights of pre-training round 2 to leave for the coordinator Nord.',
      decision({ by: 'policy rules.json sha256:00' }),
    ],
    [
      'Nobody allowed network weights of pre-training round 2, which stayed here.',
      decision({ by: 'nobody', answer: 'refuse' }),
    ],
    [
      'anna refused network weights of pre-training round 2 to leave for the coordinator Nord, and left the federation.',
      decision({ answer: 'refuse-and-leave' }),
    ],
    [
      'anna granted a standing permission for network weights of pre-training in "Nord": up to round 5.',
      { type: 'permission-granted', permission: 'p', scope, bounds: { rounds: 5 }, by: 'anna' },
    ],
    ['anna forgot Nord (aaaa), who is new again.', { type: 'party-forgotten', party: nord, by: 'anna' }],
  ])('says: %s', (words, entry) => {
    const { ledger } = site();
    ledger.append(entry);
    expect(viewLedger(ledger).lines[0].words).toBe(words);
  });

  it('names what a withdrawn permission was for', () => {
    const { ledger } = site();
    ledger.append(
      { type: 'permission-granted', permission: 'p', scope, bounds: {}, by: 'anna' },
      { type: 'permission-withdrawn', permission: 'p', by: 'ben' },
    );
    expect(viewLedger(ledger).lines[1].words).toBe(
      'ben withdrew the standing permission for network weights in "Nord".',
    );
  });

  it('shows what can still be read of a ledger that somebody changed', () => {
    const { ledger, path } = site();
    ledger.append(decision(), decision({ by: 'ben' }), decision({ by: 'cem' }));
    const sqlite = new Sqlite(join(path, 'site.sqlite'));
    sqlite.exec('DROP TRIGGER ledger_keeps_entries');
    sqlite.exec(`UPDATE ledger SET entry = '{"type":"nonsense"}' WHERE number = 2`);
    sqlite.close();
    const { lines, broken } = viewLedger(ledger);
    expect(broken).toEqual({ number: 2, reason: 'it was changed after it was written' });
    expect(lines.map(({ by }) => by)).toEqual(['anna', 'cem']);
  });
});
