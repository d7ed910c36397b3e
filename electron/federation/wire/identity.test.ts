import { describe, expect, it } from 'vitest';
import {
  createIdentity,
  createSealingKeys,
  fingerprintOf,
  importIdentity,
  verifySealingKey,
  verifySignature,
} from './identity.ts';
import { utf8 } from './transcript.ts';

describe('identity', () => {
  it('survives its key file', () => {
    const identity = createIdentity();
    const again = importIdentity(identity.exportPrivateKey());
    expect(again.fingerprint).toBe(identity.fingerprint);
    expect(verifySignature(identity.publicKey, utf8('x'), again.sign(utf8('x')))).toBe(true);
  });

  it('has a fingerprint that can be read out: ten groups of four', () => {
    // SHA-256 of 32 zero bytes is 66687aad f862bd77 6c8fc18b 8e9f8e20 08971485 ...
    expect(fingerprintOf(new Uint8Array(32))).toBe('6668-7aad-f862-bd77-6c8f-c18b-8e9f-8e20-0897-1485');
  });

  it('signs so that a change of text, signature or key shows', () => {
    const identity = createIdentity();
    const signature = identity.sign(utf8('text'));
    expect(verifySignature(identity.publicKey, utf8('text'), signature)).toBe(true);
    expect(verifySignature(identity.publicKey, utf8('test'), signature)).toBe(false);
    expect(verifySignature(createIdentity().publicKey, utf8('text'), signature)).toBe(false);
    signature[0] ^= 1;
    expect(verifySignature(identity.publicKey, utf8('text'), signature)).toBe(false);
  });

  it('takes any bytes for a key without an error', () => {
    expect(verifySignature(new Uint8Array(3), utf8('x'), new Uint8Array(64))).toBe(false);
    expect(verifySignature(new Uint8Array(32).fill(255), utf8('x'), new Uint8Array(1))).toBe(false);
  });

  it('refuses key files that hold no Ed25519 key', () => {
    expect(() => importIdentity('hello')).toThrow(expect.objectContaining({ code: 'federation.key-broken' }));
    const x25519 = createSealingKeys(createIdentity(), 'f', 'n').privateKey.export({ type: 'pkcs8', format: 'pem' });
    expect(() => importIdentity(x25519.toString())).toThrow(expect.objectContaining({ code: 'federation.key-broken' }));
  });
});

describe('sealing keys', () => {
  const identity = createIdentity();
  const keys = createSealingKeys(identity, 'Federation', 'Site');
  const party = { name: 'Site', key: identity.publicKey, sealingKey: keys.publicKey };

  it('are signed together with federation and name', () => {
    expect(verifySealingKey('Federation', party, keys.signature)).toBe(true);
    expect(verifySealingKey('Other', party, keys.signature)).toBe(false);
    expect(verifySealingKey('Federation', { ...party, name: 'Other' }, keys.signature)).toBe(false);
    const other = createSealingKeys(createIdentity(), 'Federation', 'Site');
    expect(verifySealingKey('Federation', { ...party, sealingKey: other.publicKey }, keys.signature)).toBe(false);
  });

  it('of low order are refused even where signed', () => {
    const sealingKey = new Uint8Array(32); // the point at infinity: every agreement with it gives zero
    const signed = createSealingKeys(
      { ...identity, sign: (data) => identity.sign(Buffer.concat([data.subarray(0, -32), sealingKey])) },
      'Federation',
      'Site',
    );
    expect(verifySealingKey('Federation', { ...party, sealingKey }, signed.signature)).toBe(false);
  });
});
