import { expect, it } from 'vitest';
import { testFolder } from '../../../tests/test-folder.ts';
import { createSite } from '../../storage/site-folder.ts';
import { forgetParty } from './parties.ts';

const nord = { name: 'Nord', fingerprint: 'aaaa' };
const sued = { name: 'Sued', fingerprint: 'bbbb' };
const scope = (asker: string) =>
  ({ run: 'run-1', federation: 'F', asker, stage: 'pretraining', kind: 'features' }) as const;

it('forgets a party, withdraws what reaches it, and leaves the rest', () => {
  const site = createSite(testFolder().path, 'A');
  const { approvals, permissions, ledger } = site;
  approvals.add([nord, sued]);
  const reaching = permissions.grant(scope('cccc'), { recipients: ['aaaa', 'bbbb'] }, 'anna');
  const unbounded = permissions.grant(scope('cccc'), {}, 'anna');
  const asking = permissions.grant(scope('aaaa'), { recipients: ['bbbb'] }, 'anna');
  const other = permissions.grant(scope('cccc'), { recipients: ['bbbb'] }, 'anna');

  forgetParty(site, 'aaaa', 'ben');
  expect(approvals.has('aaaa')).toBe(false);
  expect(approvals.has('bbbb')).toBe(true);
  expect(permissions.list().map(({ id }) => id)).toEqual([other]);
  expect(ledger.list().slice(4)).toMatchObject([
    { type: 'party-forgotten', party: nord, by: 'ben' },
    ...[reaching, unbounded, asking].map((permission) => ({ type: 'permission-withdrawn', permission, by: 'ben' })),
  ]);

  const before = ledger.list().length;
  expect(() => forgetParty(site, 'aaaa', 'ben')).toThrow(expect.objectContaining({ code: 'consent.unknown-party' }));
  expect(ledger.list()).toHaveLength(before);
});
