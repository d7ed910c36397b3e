import { describe, expect, it } from 'vitest';
import { createIdentity, createSealingKeys } from '../wire/identity.ts';
import { Roster } from './roster.ts';

describe('roster', () => {
  it('believes no entry that its owner did not sign, so a coordinator cannot slip a listener in', () => {
    const identity = createIdentity();
    const roster = new Roster('Test federation', createIdentity().fingerprint);
    const own = createSealingKeys(identity, 'Test federation', 'B');
    const swapped = createSealingKeys(createIdentity(), 'Test federation', 'B');
    const entry = {
      name: 'B',
      key: identity.publicKey,
      present: true,
      sealingKey: own.publicKey,
      sealingSignature: own.signature,
    };
    roster.update([entry]);
    expect(roster.among([identity.publicKey])).toHaveLength(1);
    roster.update([{ ...entry, sealingKey: swapped.publicKey }]);
    expect(roster.among([identity.publicKey])).toEqual([]);
    roster.update([{ ...entry, name: 'C' }]);
    expect(roster.parties()).toEqual([]);
  });

  it('leaves this site itself out', () => {
    const identity = createIdentity();
    const { publicKey, signature } = createSealingKeys(identity, 'F', 'A');
    const roster = new Roster('F', identity.fingerprint);
    const entry = {
      name: 'A',
      key: identity.publicKey,
      present: true,
      sealingKey: publicKey,
      sealingSignature: signature,
    };
    roster.update([entry]);
    expect(roster.parties()).toEqual([]);
  });
});
