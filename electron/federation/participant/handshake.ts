/** The site's side of the handshake: from a channel to the coordinator that the invitation names, and nobody else. */
import { randomBytes } from 'node:crypto';
import { fault } from '../../../shared/errors.ts';
import { closeCodes, closeName } from '../../../shared/protocol/codes.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import type { CoordinatorMessage, MessageOf } from '../../../shared/protocol/messages.ts';
import type { Traffic } from '../../../shared/protocol/traffic.ts';
import type { Channel } from '../wire/channel.ts';
import { checkChallenge, checkTerms, type Handshake, signJoin, signTermsRequest } from '../wire/handshake.ts';
import { fingerprintOf, type Identity, type SealingKeys } from '../wire/identity.ts';
import type { Invitation } from '../wire/invitation.ts';
import { Link, type LinkHandlers } from '../wire/link.ts';

/** What every handshake needs, whatever it is for. */
export interface HandshakeOptions {
  identity: Identity;
  invitation: Invitation;
  traffic: Traffic;
  handshakeTime: number; // ms
}

/** What it is for. */
interface Purpose<Result> {
  /** The coordinator has proved that it is the one of the invitation. */
  ask(link: Link<'site'>, handshake: Handshake): void;
  /** The coordinator's answer; undefined where a message is none. */
  answer(link: Link<'site'>, message: CoordinatorMessage, handshake: Handshake): Result | undefined;
  /** What the coordinator means by closing after it was asked; undefined where that is what it always means. */
  closed?(code: number): Error | undefined;
}

export interface Joining extends HandshakeOptions {
  name: string;
  volumes: number;
  sealingKeys: SealingKeys;
  holding: MessageOf<'join'>['holding'];
  /** Who listens from the next message on. */
  onAdmitted(
    link: Link<'site'>,
    admitted: MessageOf<'admitted'>,
    coordinatorKey: Uint8Array,
  ): LinkHandlers<CoordinatorMessage>;
}

/**
 * Resolves when the coordinator has admitted this site; `bound` tells whether encryption reaches from end to end.
 * Throws as `performHandshake`, what the coordinator gives as its reason, or what `onAdmitted` throws.
 */
export function join(channel: Channel, joining: Joining): Promise<{ bound: boolean }> {
  const { identity, invitation, name, volumes, sealingKeys, holding, onAdmitted } = joining;
  return performHandshake(channel, joining, {
    ask(link, handshake) {
      const fields = {
        token: invitation.token,
        name,
        volumes,
        sealingKey: sealingKeys.publicKey,
        sealingSignature: sealingKeys.signature,
        holding,
      };
      void link.send({ type: 'join', ...fields, signature: signJoin(identity, handshake, fields) });
    },
    answer(link, message, { coordinatorKey, binding }) {
      if (message.type !== 'admitted') return undefined;
      link.handOver(onAdmitted(link, message, coordinatorKey));
      return { bound: binding !== null };
    },
  });
}

export type ShownTerms = Omit<MessageOf<'shown'>, 'type' | 'signature'> & { bound: boolean };

/**
 * Asks what the invitation is for, and ends the connection; nobody is let in, and the token stays unused. Throws as
 * `performHandshake`, `federation.cannot-show` where the coordinator knows no such question, or what it gives as its
 * reason.
 */
export function askTerms(channel: Channel, options: HandshakeOptions): Promise<ShownTerms> {
  const { identity, invitation } = options;
  return performHandshake(channel, options, {
    ask(link, handshake) {
      const { token } = invitation;
      void link.send({ type: 'look', token, signature: signTermsRequest(identity, handshake, token) });
    },
    answer(link, message, handshake) {
      if (message.type !== 'shown') return undefined;
      const { type: _, signature, ...fields } = message;
      checkTerms(handshake, fields, signature);
      void link.end('left');
      return { ...fields, bound: handshake.binding !== null };
    },
    closed: (code) => (code === closeCodes['bad-message'] ? fault('federation.cannot-show') : undefined),
  });
}

/** Throws `federation.wrong-coordinator`, `-bad-signature` or `-handshake-timeout`. */
function performHandshake<Result>(
  channel: Channel,
  options: HandshakeOptions,
  purpose: Purpose<Result>,
): Promise<Result> {
  const { identity, invitation } = options;
  const siteNonce = randomBytes(32);
  return new Promise((resolve, reject) => {
    let handshake: Handshake | undefined;
    const timer = setTimeout(() => link.refuse(fault('federation.handshake-timeout')), options.handshakeTime);
    const link = new Link(
      channel,
      'site',
      {
        payloadLimit() {
          throw fault('federation.bad-turn');
        },
        onMessage(message) {
          if (message.type === 'challenge' && !handshake) {
            handshake = proven(message);
            purpose.ask(link, handshake);
            return;
          }
          const result = handshake && purpose.answer(link, message, handshake);
          if (result === undefined) throw fault('federation.bad-turn');
          clearTimeout(timer);
          resolve(result);
        },
        onClose(code, error) {
          clearTimeout(timer);
          reject(error ?? (handshake && purpose.closed?.(code)) ?? closedBy(code, channel.remote));
        },
      },
      options.traffic,
    );
    void link.send({ type: 'hello', version: limits.version, key: identity.publicKey, nonce: siteNonce });

    function proven({ key, nonce, bound, signature }: MessageOf<'challenge'>): Handshake {
      const found = fingerprintOf(key);
      if (found !== invitation.fingerprint) {
        const expected = invitation.fingerprint;
        throw fault('federation.wrong-coordinator', { address: channel.remote, found, expected });
      }
      const both: Handshake = {
        federation: invitation.federation,
        siteKey: identity.publicKey,
        siteNonce,
        coordinatorKey: key,
        coordinatorNonce: nonce,
        binding: bound ? channel.binding : null,
      };
      checkChallenge(both, signature);
      return both;
    }
  });
}

/** The error that a close code of the coordinator stands for. */
export function closedBy(code: number, address: string): Error {
  const name = closeName(code);
  if (name === undefined) return fault('federation.unreachable', { address, reason: `connection lost (${code})` });
  return fault(`federation.${name}`, { site: 'this site', reason: 'the coordinator says so' });
}
