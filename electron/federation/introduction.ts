/** The site's side of the handshake: from a channel to the coordinator that the invitation names, and nobody else. */
import { randomBytes } from 'node:crypto';
import { fault } from '../../shared/errors.ts';
import { closeName } from '../../shared/protocol/codes.ts';
import { limits } from '../../shared/protocol/limits.ts';
import type { CoordinatorMessage, MessageOf } from '../../shared/protocol/messages.ts';
import type { Channel } from './channel.ts';
import { checkChallenge, type Handshake, signJoin } from './handshake.ts';
import { fingerprintOf, type Identity, type SealingKeys } from './identity.ts';
import type { Invitation } from './invitation.ts';
import { Link, type LinkHandlers } from './link.ts';
import type { Traffic } from './traffic.ts';

export interface Introduction {
  identity: Identity;
  name: string;
  volumes: number;
  invitation: Invitation;
  sealingKeys: SealingKeys;
  holding: MessageOf<'join'>['holding'];
  traffic: Traffic;
  handshakeTime: number; // ms
  /** Who listens from the next message on. */
  onAdmitted(
    link: Link<'site'>,
    admitted: MessageOf<'admitted'>,
    coordinatorKey: Uint8Array,
  ): LinkHandlers<CoordinatorMessage>;
}

/**
 * Resolves when the coordinator has admitted this site; `bound` tells whether encryption reaches from end to end.
 * Throws `federation.wrong-coordinator`, `-bad-signature`, `-handshake-timeout`, what the coordinator gives as its
 * reason, or what `onAdmitted` throws.
 */
export function introduce(channel: Channel, introduction: Introduction): Promise<{ bound: boolean }> {
  const { identity, invitation, name, volumes, sealingKeys, holding } = introduction;
  const siteNonce = randomBytes(32);
  return new Promise((resolve, reject) => {
    let challenge: MessageOf<'challenge'> | undefined;
    const timer = setTimeout(() => link.refuse(fault('federation.handshake-timeout')), introduction.handshakeTime);
    const link = new Link(
      channel,
      'site',
      {
        payloadLimit() {
          throw fault('federation.bad-turn');
        },
        onMessage(message) {
          if (message.type === 'challenge' && !challenge) {
            challenge = message;
            join(message);
          } else if (message.type === 'admitted' && challenge) {
            const handlers = introduction.onAdmitted(link, message, challenge.key);
            clearTimeout(timer);
            link.handOver(handlers);
            resolve({ bound: challenge.bound });
          } else throw fault('federation.bad-turn');
        },
        onClose(code, error) {
          clearTimeout(timer);
          reject(error ?? closedBy(code, channel.remote));
        },
      },
      introduction.traffic,
    );
    void link.send({ type: 'hello', version: limits.version, key: identity.publicKey, nonce: siteNonce });

    function join({ key, nonce, bound, signature }: MessageOf<'challenge'>): void {
      const found = fingerprintOf(key);
      if (found !== invitation.fingerprint) {
        const expected = invitation.fingerprint;
        throw fault('federation.wrong-coordinator', { address: channel.remote, found, expected });
      }
      const handshake: Handshake = {
        federation: invitation.federation,
        siteKey: identity.publicKey,
        siteNonce,
        coordinatorKey: key,
        coordinatorNonce: nonce,
        binding: bound ? channel.binding : null,
      };
      checkChallenge(handshake, signature);
      const fields = {
        token: invitation.token,
        name,
        volumes,
        sealingKey: sealingKeys.publicKey,
        sealingSignature: sealingKeys.signature,
        holding,
      };
      void link.send({ type: 'join', ...fields, signature: signJoin(identity, handshake, fields) });
    }
  });
}

/** The error that a close code of the coordinator stands for. */
export function closedBy(code: number, address: string): Error {
  const name = closeName(code);
  if (name === undefined) return fault('federation.unreachable', { address, reason: `connection lost (${code})` });
  return fault(`federation.${name}`, { site: 'this site', reason: 'the coordinator says so' });
}
