/** The coordinator's side of the handshake: from a channel to a site that has proved its key. */
import { randomBytes } from 'node:crypto';
import { fault } from '../../../shared/errors.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import type { MessageOf } from '../../../shared/protocol/messages.ts';
import type { Channel } from '../wire/channel.ts';
import {
  checkJoin,
  checkTermsRequest,
  type Handshake,
  signChallenge,
  signTerms,
  type TermsFields,
} from '../wire/handshake.ts';
import { type Identity, verifySealingKey } from '../wire/identity.ts';
import { Link } from '../wire/link.ts';

export interface HandshakeHandlers {
  identity: Identity;
  federation: string;
  handshakeTime: number; // ms
  /** The key is proven, the token is not yet checked. */
  onProven(link: Link<'coordinator'>, key: Uint8Array, join: MessageOf<'join'>): void;
  /** The key is proven, the token is not yet checked. `show` signs and sends the answer, which ends the connection. */
  onTermsAsked(
    link: Link<'coordinator'>,
    key: Uint8Array,
    token: Uint8Array,
    show: (fields: TermsFields) => void,
  ): void;
  /** The connection ended before; `error` says what was wrong with it. */
  onLost(link: Link<'coordinator'>, code: number, error: unknown): void;
}

/** Answers a new channel. Everything that the other side can do wrong ends in `onLost`. */
export function answerHandshake(channel: Channel, handlers: HandshakeHandlers): Link<'coordinator'> {
  const { identity, federation } = handlers;
  let handshake: Handshake | undefined;
  let termsAsked = false; // who asks for them does not join on the same connection
  const timer = setTimeout(() => link.refuse(fault('federation.handshake-timeout')), handlers.handshakeTime);

  const link = new Link(channel, 'coordinator', {
    payloadLimit() {
      throw fault('federation.bad-turn');
    },
    onMessage(message) {
      if (message.type === 'hello' && !handshake) handshake = challenge(message);
      else if (message.type === 'join' && handshake && !termsAsked) {
        checkJoin(handshake, message, message.signature);
        const { name, sealingKey, sealingSignature } = message;
        if (!verifySealingKey(federation, { name, key: handshake.siteKey, sealingKey }, sealingSignature)) {
          throw fault('federation.bad-signature');
        }
        clearTimeout(timer);
        handlers.onProven(link, handshake.siteKey, message);
      } else if (message.type === 'look' && handshake && !termsAsked) {
        termsAsked = true;
        const seen = handshake;
        checkTermsRequest(seen, message.token, message.signature);
        handlers.onTermsAsked(link, seen.siteKey, message.token, (fields) => {
          void link.send({ type: 'shown', signature: signTerms(identity, seen, fields), ...fields });
          void link.end('left');
        });
      } else throw fault('federation.bad-turn');
    },
    onClose(code, error) {
      clearTimeout(timer);
      handlers.onLost(link, code, error);
    },
  });

  function challenge(hello: MessageOf<'hello'>): Handshake {
    if (hello.version !== limits.version) throw fault('federation.version');
    const begun: Handshake = {
      federation,
      siteKey: hello.key,
      siteNonce: hello.nonce,
      coordinatorKey: identity.publicKey,
      coordinatorNonce: randomBytes(32),
      binding: channel.binding,
    };
    void link.send({
      type: 'challenge',
      key: identity.publicKey,
      nonce: begun.coordinatorNonce,
      bound: begun.binding !== null,
      signature: signChallenge(identity, begun),
    });
    return begun;
  }
  return link;
}
