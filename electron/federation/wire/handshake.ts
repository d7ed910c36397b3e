/**
 * Who is there: both sides prove their Ed25519 keys over the same two fresh nonces and, where the connection is
 * encrypted end to end, over what only the ends of that very connection know. The site speaks first and gives its token
 * only to a coordinator that has proved itself.
 */
import { fault } from '../../../shared/errors.ts';
import type { MessageOf } from '../../../shared/protocol/messages.ts';
import { type Identity, verifySignature } from './identity.ts';
import { transcript, utf8 } from './transcript.ts';

const NOT_BOUND = new Uint8Array(0);

/** What both sides have seen when they sign. */
export interface Handshake {
  federation: string;
  siteKey: Uint8Array;
  siteNonce: Uint8Array;
  coordinatorKey: Uint8Array;
  coordinatorNonce: Uint8Array;
  /** RFC 9266 binding, or null where encryption does not reach from end to end. */
  binding: Uint8Array | null;
}

type JoinFields = Omit<MessageOf<'join'>, 'type' | 'signature'>;
export type TermsFields = Omit<MessageOf<'shown'>, 'type' | 'signature'>;

export function signChallenge(identity: Identity, handshake: Handshake): Uint8Array {
  return identity.sign(seen('isocenter coordinator 1', handshake));
}

/**
 * `binding` in `handshake` must be the site's own view. A coordinator that saw no encryption where the site did (TLS
 * ended at a proxy before it) says so by `bound`, and signs that.
 */
export function checkChallenge(handshake: Handshake, signature: Uint8Array): void {
  const signed = seen('isocenter coordinator 1', handshake);
  if (!verifySignature(handshake.coordinatorKey, signed, signature)) throw fault('federation.bad-signature');
}

export function signJoin(identity: Identity, handshake: Handshake, fields: JoinFields): Uint8Array {
  return identity.sign(joined(handshake, fields));
}

export function checkJoin(handshake: Handshake, fields: JoinFields, signature: Uint8Array): void {
  if (!verifySignature(handshake.siteKey, joined(handshake, fields), signature)) {
    throw fault('federation.bad-signature');
  }
}

/** Asking what an invitation leads to proves the same as joining: the key, and that the token is known. */
export function signTermsRequest(identity: Identity, handshake: Handshake, token: Uint8Array): Uint8Array {
  return identity.sign(termsRequested(handshake, token));
}

export function checkTermsRequest(handshake: Handshake, token: Uint8Array, signature: Uint8Array): void {
  if (!verifySignature(handshake.siteKey, termsRequested(handshake, token), signature))
    throw fault('federation.bad-signature');
}

/** Signed, so that also without encryption a person decides about what the coordinator really said. */
export function signTerms(identity: Identity, handshake: Handshake, fields: TermsFields): Uint8Array {
  return identity.sign(terms(handshake, fields));
}

export function checkTerms(handshake: Handshake, fields: TermsFields, signature: Uint8Array): void {
  if (!verifySignature(handshake.coordinatorKey, terms(handshake, fields), signature)) {
    throw fault('federation.bad-signature');
  }
}

function seen(label: string, handshake: Handshake): Uint8Array {
  const { federation, siteKey, siteNonce, coordinatorKey, coordinatorNonce, binding } = handshake;
  return transcript(
    label,
    utf8(federation),
    siteKey,
    siteNonce,
    coordinatorKey,
    coordinatorNonce,
    binding ?? NOT_BOUND,
  );
}

function joined(handshake: Handshake, { token, name, volumes, sealingKey }: JoinFields): Uint8Array {
  return transcript(
    'isocenter site 1',
    seen('isocenter handshake 1', handshake),
    token,
    utf8(name),
    utf8(String(volumes)),
    sealingKey,
  );
}

function termsRequested(handshake: Handshake, token: Uint8Array): Uint8Array {
  return transcript('isocenter look 1', seen('isocenter handshake 1', handshake), token);
}

/** The plan by its hash, which the site holds against the plan itself. */
function terms(handshake: Handshake, fields: TermsFields): Uint8Array {
  const { federation, coordinator, planHash, state, sitesNeeded, sites, joinedBefore } = fields;
  return transcript(
    'isocenter shown 1',
    seen('isocenter handshake 1', handshake),
    utf8(federation),
    utf8(coordinator),
    planHash,
    ...[state, String(sitesNeeded), String(sites), joinedBefore ? 'before' : 'never'].map(utf8),
  );
}
