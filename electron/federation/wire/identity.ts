/**
 * A site is its Ed25519 public key (RFC 8032). The private key is made at the site and never leaves it. For receiving
 * sealed feature batches it makes an X25519 key (RFC 7748) at every start, signed by the identity: a key file stolen
 * later opens no batch that was relayed before.
 */
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import type { Party } from '../../../shared/consent.ts';
import { fault } from '../../../shared/errors.ts';
import { sha256 } from '../../../shared/hash.ts';
import { hex, transcript, utf8 } from './transcript.ts';

/** DER of a SubjectPublicKeyInfo up to the 32 bytes of the key itself (RFC 8410). */
const DER_PREFIX = {
  ed25519: Buffer.from('302a300506032b6570032100', 'hex'),
  x25519: Buffer.from('302a300506032b656e032100', 'hex'),
};
/** 160 bits: nobody finds a second key for it, and ten groups of four can be read out by telephone. */
export const FINGERPRINT_BYTES = 20;

export interface Identity {
  /** Raw Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly fingerprint: string;
  /** PKCS #8 PEM, for the site's key file. */
  exportPrivateKey(): string;
  /** Ed25519 signature, 64 bytes. */
  sign(data: Uint8Array): Uint8Array;
}

export function createIdentity(): Identity {
  return identityOf(generateKeyPairSync('ed25519').privateKey);
}

/** Reads the site's key file. Throws `federation.key-broken`. */
export function importIdentity(pem: string): Identity {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw fault('federation.key-broken', { reason: 'it is not a PEM private key' }, error);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw fault('federation.key-broken', { reason: 'it is not an Ed25519 key' });
  return identityOf(key);
}

function identityOf(privateKey: KeyObject): Identity {
  const publicKey = rawPublicKey(privateKey);
  return {
    publicKey,
    fingerprint: fingerprintOf(publicKey),
    exportPrivateKey: () => privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    sign: (data) => sign(null, data, privateKey),
  };
}

/** First 160 bits of the key's SHA-256, as ten groups of four hexadecimal digits: `3f2a-91bc-...`. */
export function fingerprintOf(publicKey: Uint8Array): string {
  return groupFingerprint(sha256(publicKey).subarray(0, FINGERPRINT_BYTES));
}

export function groupFingerprint(bytes: Uint8Array): string {
  return (hex(bytes).match(/.{4}/g) ?? []).join('-');
}

/** Whether the holder of this raw Ed25519 key signed `data`. False, never an error, for whatever a peer sends. */
export function verifySignature(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, data, importPublicKey(publicKey, 'ed25519'), signature);
  } catch {
    return false;
  }
}

export interface SealingKeys {
  /** Raw X25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
  /** By the identity, over federation, name and public key. */
  readonly signature: Uint8Array;
}

export function createSealingKeys(identity: Identity, federation: string, name: string): SealingKeys {
  const { privateKey } = generateKeyPairSync('x25519');
  const publicKey = rawPublicKey(privateKey);
  return { publicKey, privateKey, signature: identity.sign(sealingTranscript(federation, name, publicKey)) };
}

/** A site as the roster shows it: who it is and the key that batches for it are sealed with. */
export interface SealingParty extends Party {
  key: Uint8Array; // Ed25519, raw
  sealingKey: Uint8Array; // X25519, raw
}

/**
 * Whether the identity `key`, calling itself `name`, owns this sealing key; so the coordinator can neither swap keys
 * nor names. Keys of low order, with which anyone could open, are refused too (RFC 7748, section 6.1).
 */
export function verifySealingKey(
  federation: string,
  party: { name: string; key: Uint8Array; sealingKey: Uint8Array },
  signature: Uint8Array,
): boolean {
  if (!verifySignature(party.key, sealingTranscript(federation, party.name, party.sealingKey), signature)) return false;
  try {
    diffieHellman({
      privateKey: generateKeyPairSync('x25519').privateKey,
      publicKey: importPublicKey(party.sealingKey, 'x25519'),
    });
    return true;
  } catch {
    return false;
  }
}

export function importPublicKey(raw: Uint8Array, type: 'ed25519' | 'x25519'): KeyObject {
  return createPublicKey({ key: Buffer.concat([DER_PREFIX[type], raw]), format: 'der', type: 'spki' });
}

export function rawPublicKey(key: KeyObject): Uint8Array {
  const der = (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' });
  return new Uint8Array(der.subarray(der.length - 32));
}

function sealingTranscript(federation: string, name: string, sealingKey: Uint8Array): Uint8Array {
  return transcript('isocenter sealing key 1', utf8(federation), utf8(name), sealingKey);
}
