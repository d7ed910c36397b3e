/**
 * One text that a person can paste: where the coordinator is, whose key it must hold, which federation, and a token
 * that lets one site in. Layout: `isocenter:` and base64url of length (2 bytes, big endian, of the body), the first 4
 * bytes of the body's SHA-256, and the body, MessagePack of [address, fingerprint, federation, token].
 */
import { randomBytes } from 'node:crypto';
import { decode, encode } from '@msgpack/msgpack';
import { fault } from '../../../shared/errors.ts';
import { sha256 } from '../../../shared/hash.ts';
import { coordinatorAddress } from '../../../shared/protocol/address.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import { nameSchema } from '../../../shared/protocol/messages.ts';
import { FINGERPRINT_BYTES, groupFingerprint } from './identity.ts';
import { hex, sameBytes, transcript } from './transcript.ts';

const PREFIX = 'isocenter:';
const TOKEN_BYTES = 16; // 128 bits: not to be guessed
const HEADER_BYTES = 6;

export interface Invitation {
  address: string; // ws://HOST:PORT/ or wss://HOST:PORT/
  fingerprint: string; // of the coordinator's key
  federation: string;
  token: Uint8Array; // 16 bytes; knowing it lets one site in
}

/** A new invitation with a fresh token. The coordinator keeps only `tokenHash`. */
export function issueInvitation(about: Omit<Invitation, 'token'>): { text: string; tokenHash: string } {
  const token = randomBytes(TOKEN_BYTES);
  return { text: encodeInvitation({ ...about, token }), tokenHash: hashToken(token) };
}

/** Hex. A token is random, so one hash, unsalted, keeps it. */
export function hashToken(token: Uint8Array): string {
  return hex(sha256(transcript('isocenter token 1', token)));
}

/** Throws `federation.address-unsound` or `federation.name-unsound`. */
export function encodeInvitation(invitation: Invitation): string {
  const address = coordinatorAddress(invitation.address).href;
  if (!nameSchema.safeParse(invitation.federation).success) {
    throw fault('federation.name-unsound', { name: invitation.federation });
  }
  const fingerprint = Buffer.from(invitation.fingerprint.replaceAll('-', ''), 'hex');
  const body = encode([address, fingerprint, invitation.federation, invitation.token]);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(body.length);
  header.set(sha256(body).subarray(0, 4), 2);
  return PREFIX + Buffer.concat([header, body]).toString('base64url');
}

/**
 * Reads a pasted invitation; spaces and line breaks that mail programs put in are ignored, as are quotes around it.
 * Throws `federation.invitation-foreign`, `-cut` or `-mistyped`.
 */
export function parseInvitation(text: string): Invitation {
  const bare = text.replace(/\s/g, '').replace(/^["'<(]+|["'>).,]+$/g, '');
  if (!bare.startsWith(PREFIX)) {
    if (bare.length > 0 && PREFIX.startsWith(bare)) throw fault('federation.invitation-cut');
    throw fault('federation.invitation-foreign');
  }
  const code = bare.slice(PREFIX.length);
  const stray = code.match(/[^A-Za-z0-9_-]/u);
  if (stray) throw fault('federation.invitation-mistyped', { reason: `"${stray[0]}" occurs in no invitation` });
  const bytes = Buffer.from(code, 'base64url');
  if (bytes.length < HEADER_BYTES) throw fault('federation.invitation-cut');
  const length = bytes.readUInt16BE(0);
  const body = new Uint8Array(bytes.subarray(HEADER_BYTES));
  // A wrong character in the length itself would look like a cut or a rest; no sound body is that long or short.
  if (length > limits.addressLength + 4 * limits.nameLength + 64 || length < TOKEN_BYTES + FINGERPRINT_BYTES) {
    throw fault('federation.invitation-mistyped', { reason: 'at its beginning' });
  }
  if (body.length < length) throw fault('federation.invitation-cut');
  if (body.length > length) throw fault('federation.invitation-mistyped', { reason: 'it goes on after its end' });
  if (!sameBytes(sha256(body).subarray(0, 4), bytes.subarray(2, HEADER_BYTES))) {
    throw fault('federation.invitation-mistyped', { reason: 'its checksum differs' });
  }
  return invitationOf(body);
}

/** The checksum holds, so somebody made these bytes on purpose; they may still be nonsense. */
function invitationOf(body: Uint8Array): Invitation {
  const foreign = (cause?: unknown) => fault('federation.invitation-foreign', {}, cause);
  let fields: unknown;
  try {
    fields = decode(body);
  } catch (error) {
    throw foreign(error);
  }
  if (!Array.isArray(fields) || fields.length !== 4) throw foreign();
  const [address, fingerprint, federation, token] = fields as unknown[];
  if (typeof address !== 'string' || address.length > limits.addressLength) throw foreign();
  if (!(fingerprint instanceof Uint8Array) || fingerprint.length !== FINGERPRINT_BYTES) throw foreign();
  if (!(token instanceof Uint8Array) || token.length !== TOKEN_BYTES) throw foreign();
  const name = nameSchema.safeParse(federation);
  if (!name.success) throw foreign();
  return {
    address: coordinatorAddress(address).href,
    fingerprint: groupFingerprint(fingerprint),
    federation: name.data,
    token: new Uint8Array(token),
  };
}
