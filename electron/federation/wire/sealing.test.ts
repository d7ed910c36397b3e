import { describe, expect, it } from 'vitest';
import { createIdentity, createSealingKeys, type SealingParty } from './identity.ts';
import { openSealed, type SealContext, seal, verifySeal } from './sealing.ts';
import { utf8 } from './transcript.ts';

function site(name: string) {
  const identity = createIdentity();
  const sealing = createSealingKeys(identity, 'F', name);
  const party: SealingParty = {
    name,
    fingerprint: identity.fingerprint,
    key: identity.publicKey,
    sealingKey: sealing.publicKey,
  };
  return { identity, sealing, party };
}

const [sender, b, c, outsider] = ['A', 'B', 'C', 'X'].map(site);
const context: SealContext = {
  federation: 'F',
  planHash: 'ab',
  stage: 'pretraining',
  round: 1,
  sender: sender.identity.publicKey,
};
const payload = utf8('features of one round');
const sealed = seal(payload, [b.party, c.party], context, sender.identity);
const forSite = (index: number) => ({ ...sealed, wrapped: sealed.keys[index].wrapped });

describe('sealing', () => {
  it('opens for each recipient', () => {
    expect(openSealed(forSite(0), context, b.sealing)).toEqual(payload);
    expect(openSealed(forSite(1), context, c.sealing)).toEqual(payload);
    expect(verifySeal(sealed, context)).toBe(true);
  });

  it("opens for nobody else, and not with another recipient's wrapped key", () => {
    for (const index of [0, 1]) expect(openSealed(forSite(index), context, outsider.sealing)).toBeUndefined();
    expect(openSealed(forSite(1), context, b.sealing)).toBeUndefined();
    expect(openSealed(forSite(0), context, sender.sealing)).toBeUndefined();
  });

  it('hides the payload', () => {
    expect(Buffer.from(sealed.ciphertext).includes('features')).toBe(false);
  });

  it('is bound to federation, plan, stage, round and sender', () => {
    const others: SealContext[] = [
      { ...context, federation: 'G' },
      { ...context, planHash: 'ac' },
      { ...context, stage: 'finetuning' },
      { ...context, round: 2 },
      { ...context, sender: b.identity.publicKey },
    ];
    for (const other of others) {
      expect(openSealed(forSite(0), other, b.sealing)).toBeUndefined();
      expect(verifySeal(sealed, other)).toBe(false);
    }
  });

  it('shows a single changed bit anywhere', () => {
    for (const part of ['ephemeral', 'nonce', 'ciphertext', 'signature', 'wrapped'] as const) {
      const changed = structuredClone(forSite(0));
      changed[part][changed[part].length - 1] ^= 1;
      expect(openSealed(changed, context, b.sealing), part).toBeUndefined();
    }
  });

  it('cannot be forged by the coordinator, who knows every sealing key but no identity', () => {
    const forged = seal(payload, [b.party], context, outsider.identity);
    expect(openSealed({ ...forged, wrapped: forged.keys[0].wrapped }, context, b.sealing)).toBeUndefined();
  });

  it('takes nonsense without an error', () => {
    const short = { ...forSite(0), ciphertext: new Uint8Array(3), wrapped: new Uint8Array(2) };
    expect(openSealed(short, context, b.sealing)).toBeUndefined();
  });
});
