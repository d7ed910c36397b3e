/**
 * Sealing: a payload is encrypted once with a fresh AES-256-GCM key, and that key is wrapped for each recipient with a
 * key agreed on by X25519 between an ephemeral key and the recipient's (RFC 7748) through HKDF-SHA256 (RFC 5869). The
 * sender's identity signs the result. The coordinator relays it and can neither read, change nor forge it.
 */
import {
  createCipheriv,
  createDecipheriv,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { sha256 } from '../../../shared/hash.ts';
import { SEAL_OVERHEAD } from '../../../shared/protocol/limits.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';
import { type Identity, importPublicKey, rawPublicKey, type SealingParty, verifySignature } from './identity.ts';
import { transcript, utf8 } from './transcript.ts';

const CIPHER = 'aes-256-gcm';
/** The wrapping key is used for one message only, so a fixed nonce is safe (NIST SP 800-38D, section 8). */
const WRAP_NONCE = Buffer.alloc(12);

/** What a sealed batch is bound to: it opens nowhere else. */
export interface SealContext {
  federation: string;
  planHash: string;
  stage: Stage;
  round: number;
  sender: Uint8Array; // Ed25519, raw
}

export interface SealedBatch {
  ephemeral: Uint8Array; // X25519, 32 bytes
  nonce: Uint8Array; // 12 bytes
  ciphertext: Uint8Array; // of the payload, its tag last
  signature: Uint8Array; // of the sender, 64 bytes
  keys: { to: Uint8Array; wrapped: Uint8Array }[]; // recipient's Ed25519 key; 48 bytes
}

/** Encrypts `payload` so that only `recipients` open it. Their sealing keys must have been verified. */
export function seal(
  payload: Uint8Array,
  recipients: SealingParty[],
  context: SealContext,
  identity: Identity,
): SealedBatch {
  const bound = boundTo(context);
  const contentKey = randomBytes(32);
  const nonce = randomBytes(12);
  const ciphertext = encrypt(contentKey, nonce, bound, payload);
  const { privateKey } = generateKeyPairSync('x25519');
  const ephemeral = rawPublicKey(privateKey);
  const keys = recipients.map(({ key, sealingKey }) => {
    const wrappingKey = agree(privateKey, sealingKey, ephemeral, sealingKey, bound);
    return { to: key, wrapped: encrypt(wrappingKey, WRAP_NONCE, bound, contentKey) };
  });
  const signature = identity.sign(signedPart(bound, ephemeral, nonce, ciphertext));
  return { ephemeral, nonce, ciphertext, signature, keys };
}

/** Whether `context.sender` sealed this; anyone can tell, without opening it. */
export function verifySeal(sealed: Omit<SealedBatch, 'keys'>, context: SealContext): boolean {
  const { ephemeral, nonce, ciphertext, signature } = sealed;
  return verifySignature(context.sender, signedPart(boundTo(context), ephemeral, nonce, ciphertext), signature);
}

/**
 * The payload, or undefined where it was not sealed for this key, by this sender, for this round and plan, or was
 * changed on the way.
 */
export function openSealed(
  sealed: Omit<SealedBatch, 'keys'> & { wrapped: Uint8Array },
  context: SealContext,
  own: { publicKey: Uint8Array; privateKey: KeyObject },
): Uint8Array | undefined {
  if (!verifySeal(sealed, context)) return undefined;
  const bound = boundTo(context);
  try {
    const wrappingKey = agree(own.privateKey, sealed.ephemeral, sealed.ephemeral, own.publicKey, bound);
    const contentKey = decrypt(wrappingKey, WRAP_NONCE, bound, sealed.wrapped);
    return decrypt(contentKey, sealed.nonce, bound, sealed.ciphertext);
  } catch {
    return undefined;
  }
}

function boundTo({ federation, planHash, stage, round, sender }: SealContext): Uint8Array {
  return transcript(
    'isocenter sealed batch 1',
    utf8(federation),
    utf8(planHash),
    utf8(stage),
    utf8(String(round)),
    sender,
  );
}

function signedPart(bound: Uint8Array, ephemeral: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  return transcript('isocenter sealed batch signature 1', bound, ephemeral, nonce, sha256(ciphertext));
}

function agree(
  privateKey: KeyObject,
  peer: Uint8Array,
  ephemeral: Uint8Array,
  recipient: Uint8Array,
  bound: Uint8Array,
): Uint8Array {
  const shared = diffieHellman({ privateKey, publicKey: importPublicKey(peer, 'x25519') });
  return new Uint8Array(hkdfSync('sha256', shared, Buffer.concat([ephemeral, recipient]), sha256(bound), 32));
}

function encrypt(key: Uint8Array, nonce: Uint8Array, bound: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(bound);
  return new Uint8Array(Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]));
}

function decrypt(key: Uint8Array, nonce: Uint8Array, bound: Uint8Array, data: Uint8Array): Uint8Array {
  const split = data.length - SEAL_OVERHEAD;
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: SEAL_OVERHEAD }).setAAD(bound);
  decipher.setAuthTag(data.subarray(split));
  return new Uint8Array(Buffer.concat([decipher.update(data.subarray(0, split)), decipher.final()]));
}
