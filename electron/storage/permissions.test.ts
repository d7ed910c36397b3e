import { describe, expect, it } from 'vitest';
import { planSchema } from '../../shared/plan.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { createSite, openSite } from './site-folder.ts';

const site = () => createSite(testFolder().path, 'A');
const scope = { run: 'r', federation: 'f', asker: 'aa', stage: 'pretraining', kind: 'features' } as const;

describe('Permissions', () => {
  it('stand, in the ledger too, until they are withdrawn, in whichever process', () => {
    const { permissions, ledger, path } = site();
    const other = openSite(path).permissions;
    const bounds = { bytes: 10, recipients: ['bb'] };
    const id = permissions.grant(scope, bounds, 'anna');
    expect(other.list()).toEqual([{ id, scope, bounds, grantedBy: 'anna', grantedAt: expect.any(String) }]);
    expect(other.for({ ...scope })).toHaveLength(1);
    other.withdraw(id, 'bert');
    expect([permissions.list(), permissions.for(scope)]).toEqual([[], []]);
    expect(() => permissions.withdraw(id, 'anna')).toThrow(
      expect.objectContaining({ code: 'storage.no-such-permission' }),
    );
    expect(ledger.list()).toMatchObject([
      { type: 'permission-granted', permission: id, scope, bounds, by: 'anna' },
      { type: 'permission-withdrawn', permission: id, by: 'bert' },
    ]);
  });

  it('end with their run', () => {
    const { permissions, runs } = site();
    const { id } = runs.start('federated', planSchema.parse({}), {
      federation: 'F',
      coordinator: 'aaaa',
      invitation: '01',
    });
    permissions.grant({ ...scope, run: id }, {}, 'anna');
    runs.update(id, { state: 'paused' });
    expect(permissions.list()).toHaveLength(1);
    runs.update(id, { state: 'finished' });
    expect(permissions.list()).toEqual([]);
  });

  it.each([
    { run: 'other' },
    { federation: 'other' },
    { asker: 'other' },
    { stage: 'finetuning' } as const,
    { kind: 'weights' } as const,
  ])('cover nothing beyond their scope: %j', (change) => {
    const { permissions } = site();
    permissions.grant(scope, {}, 'anna');
    expect(permissions.for({ ...scope, ...change })).toEqual([]);
  });
});

describe('Approvals', () => {
  it('remember who was approved first, under the name of that time', () => {
    const { approvals } = site();
    expect(approvals.has('bb')).toBe(false);
    approvals.add([{ name: 'Nord', fingerprint: 'bb' }]);
    approvals.add([
      { name: 'Another', fingerprint: 'bb' },
      { name: 'Sued', fingerprint: 'cc' },
    ]);
    expect(approvals.has('bb')).toBe(true);
    expect(approvals.list()).toMatchObject([
      { name: 'Nord', fingerprint: 'bb' },
      { name: 'Sued', fingerprint: 'cc' },
    ]);
  });
});
