/** Looking at an invitation: what is shown, that it lets nobody in, and what hostile sides can make of it. */
import { randomBytes } from 'node:crypto';
import { encode } from '@msgpack/msgpack';
import { afterEach, describe, expect, it } from 'vitest';
import { planHash } from '../../shared/hash.ts';
import { closeCodes } from '../../shared/protocol/codes.ts';
import { limits } from '../../shared/protocol/limits.ts';
import { decodeFrame } from '../../shared/protocol/messages.ts';
import type { Coordinator } from './coordinator/coordinator.ts';
import { readTerms } from './participant/terms.ts';
import { behave, Intruder, joinAs, quick, startCoordinator, tinyPlan } from './testing.ts';
import { signChallenge, signTerms, signTermsRequest, type TermsFields } from './wire/handshake.ts';
import { createIdentity, type Identity } from './wire/identity.ts';
import { issueInvitation, parseInvitation } from './wire/invitation.ts';
import { type Listener, listen } from './wire/socket.ts';

const federation = 'Test federation';
const plan = tinyPlan({ rounds: 1 });
const code = (name: string) => expect.objectContaining({ code: `federation.${name}` });

let open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open) await one.close();
  open = [];
});

async function begin(sites = 2) {
  const started = await startCoordinator({ plan, sites });
  open.push(started.coordinator);
  return started;
}

const lookWith = (text: string, identity = createIdentity()) =>
  readTerms({ identity, invitation: parseInvitation(text), timing: quick });

/** A stranger's look, as far as `message` follows the protocol. */
async function lookBadly(
  coordinator: Coordinator,
  text: string,
  message: (fields: { token: Uint8Array; signature: Uint8Array }) => Record<string, unknown>,
  signer?: Identity,
): Promise<Intruder> {
  const { token } = parseInvitation(text);
  const intruder = await Intruder.dial(coordinator.address);
  const siteNonce = randomBytes(32);
  intruder.send({ type: 'hello', version: limits.version, key: intruder.identity.publicKey, nonce: siteNonce });
  const { key, nonce } = await intruder.next('challenge');
  const handshake = {
    federation,
    siteKey: intruder.identity.publicKey,
    siteNonce,
    coordinatorKey: key,
    coordinatorNonce: nonce,
    binding: null,
  };
  const signature = signTermsRequest(signer ?? intruder.identity, handshake, token);
  intruder.send({ type: 'look', ...message({ token, signature }) });
  return intruder;
}

describe('a look at an invitation', () => {
  it('shows who runs which plan, and lets nobody in', async () => {
    const { coordinator, events } = await begin();
    const [text] = await coordinator.invite(1);
    const identity = createIdentity();
    expect(await lookWith(text, identity)).toEqual({
      coordinator: { name: 'Coordinating hospital', fingerprint: coordinator.fingerprint },
      plan,
      planHash: planHash(plan),
      state: 'waiting',
      sitesNeeded: 2,
      sites: 0,
      joinedBefore: false,
      warning: undefined,
    });
    const remote = expect.any(String);
    expect(events).toContainEqual({ type: 'terms-shown', fingerprint: identity.fingerprint, remote });
    expect(events.map(({ type }) => type)).not.toContain('admitted');
    expect(events.map(({ type }) => type)).not.toContain('refused');
  });

  it('leaves the token unused: whoever comes first by `join` gets in, and only then nobody else sees more', async () => {
    const { coordinator } = await begin();
    const [text] = await coordinator.invite(1);
    await lookWith(text);
    const identity = createIdentity();
    const { participant } = await joinAs('A', text, { identity });
    await expect(lookWith(text)).rejects.toEqual(code('token-used'));
    expect(await lookWith(text, identity)).toMatchObject({ sites: 1, joinedBefore: true });
    expect(participant.ended).toBe(false); // its connection is not replaced by the look
    await participant.leave('done');
  });

  it('tells whether the federation has begun or is over', async () => {
    const { coordinator, until } = await begin(2);
    const [first, second, third] = await coordinator.invite(3);
    const a = await joinAs('A', first);
    const b = await joinAs('B', second);
    await until((event) => event.type === 'phase' && event.phase === 'features');
    expect(await lookWith(third)).toMatchObject({ state: 'running', sites: 2 });
    await Promise.all([behave(a, { axis: 0, step: 1 }), behave(b, { axis: 1, step: 1 })]);
    await until((event) => event.type === 'finished');
    expect(await lookWith(third)).toMatchObject({ state: 'finished' });
  });

  it('refuses a token that nobody gave out', async () => {
    const { coordinator } = await begin();
    const about = { address: coordinator.address, fingerprint: coordinator.fingerprint, federation };
    await expect(lookWith(issueInvitation(about).text)).rejects.toEqual(code('unknown-token'));
  });

  it('is refused when one invitation is looked at without end, and the others stay readable', async () => {
    const { coordinator } = await begin();
    const [text, other] = await coordinator.invite(2);
    let refused: unknown;
    // Twice the bound, in case a minute turns over in between.
    for (let i = 0; i <= 2 * limits.termsPerMinute && !refused; i++) {
      await lookWith(text).catch((error) => {
        refused = error;
      });
    }
    expect(refused).toEqual(code('too-often'));
    expect(await lookWith(other)).toMatchObject({ state: 'waiting' });
  });

  it('holds where the coordinator is away', async () => {
    const { coordinator } = await begin();
    const [text] = await coordinator.invite(1);
    await coordinator.close();
    await expect(lookWith(text)).rejects.toEqual(code('unreachable'));
  });
});

describe('a stranger who looks', () => {
  it('with a signature of another key, or of another connection, is refused', async () => {
    const { coordinator } = await begin();
    const [text] = await coordinator.invite(1);
    const forger = await lookBadly(coordinator, text, (fields) => fields, createIdentity());
    expect(await forger.closed).toBe(closeCodes['bad-signature']);
    const guesser = await lookBadly(coordinator, text, ({ signature }) => ({ signature, token: randomBytes(16) }));
    expect(await guesser.closed).toBe(closeCodes['bad-signature']);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a short token', { token: new Uint8Array(15) }],
    ['a text as a token', { token: 'a'.repeat(16) }],
    ['more than is asked', { plan: true }],
  ])('with %s is refused', async (_name, changes) => {
    const { coordinator } = await begin();
    const [text] = await coordinator.invite(1);
    const stranger = await lookBadly(coordinator, text, (fields) => ({ ...fields, ...changes }));
    expect(await stranger.closed).toBe(closeCodes['bad-message']);
  });

  it('without a hello, or twice, is refused', async () => {
    const { coordinator } = await begin();
    const [text] = await coordinator.invite(1);
    const hasty = await Intruder.dial(coordinator.address);
    hasty.send({ type: 'look', token: new Uint8Array(16), signature: new Uint8Array(64) });
    expect(await hasty.closed).toBe(closeCodes['bad-turn']);
    let sent: Record<string, unknown> = {};
    const twice = await lookBadly(coordinator, text, (fields) => {
      sent = fields;
      return fields;
    });
    twice.send({ type: 'look', ...sent });
    expect([closeCodes['bad-turn'], closeCodes.left]).toContain(await twice.closed);
  });

  it('does not get in by the same connection', async () => {
    const { coordinator, events } = await begin();
    const [text] = await coordinator.invite(1);
    const stranger = await lookBadly(coordinator, text, (fields) => fields);
    stranger.send({
      type: 'join',
      signature: new Uint8Array(64),
      token: parseInvitation(text).token,
      name: 'Stranger',
      volumes: 1,
      sealingKey: new Uint8Array(32),
      sealingSignature: new Uint8Array(64),
      holding: null,
    });
    expect([closeCodes['bad-turn'], closeCodes.left]).toContain(await stranger.closed);
    expect(events.map(({ type }) => type)).not.toContain('admitted');
  });
});

describe('a coordinator that is looked at', () => {
  const sound: TermsFields = {
    federation,
    coordinator: 'C',
    plan,
    planHash: Buffer.from(planHash(plan), 'hex'),
    state: 'waiting',
    sitesNeeded: 2,
    sites: 0,
    joinedBefore: false,
  };

  /** Holds the invited key and answers a look with these frames. */
  async function host(answer: (sign: (fields: TermsFields) => Uint8Array) => Record<string, unknown>[]) {
    const identity = createIdentity();
    const looks: unknown[] = [];
    const listener: Listener = await listen({
      host: '127.0.0.1',
      port: 0,
      timing: quick,
      onRefused() {},
      onChannel(channel) {
        const nonce = randomBytes(32);
        let handshake: Parameters<typeof signTerms>[1];
        const say = (message: Record<string, unknown>) => void channel.send(encode(message)).catch(() => {});
        channel.listen({
          onClose() {},
          onFrame(frame) {
            const message = decodeFrame(frame, 'site');
            if (message.type === 'hello') {
              handshake = {
                federation,
                siteKey: message.key,
                siteNonce: message.nonce,
                coordinatorKey: identity.publicKey,
                coordinatorNonce: nonce,
                binding: null,
              };
              const signature = signChallenge(identity, handshake);
              say({ type: 'challenge', key: identity.publicKey, nonce, bound: false, signature });
            } else if (message.type === 'look') {
              looks.push(message);
              const answers = answer((fields) => signTerms(identity, handshake, fields));
              for (const one of answers) say(one);
              if (answers.length === 0) channel.close('bad-message'); // as one that knows no `look`
            }
          },
        });
      },
    });
    open.push(listener);
    const about = { address: `ws://127.0.0.1:${listener.port}`, fingerprint: identity.fingerprint, federation };
    return { about, looks, text: issueInvitation(about).text };
  }

  it('is believed where it signs what it shows', async () => {
    const { text } = await host((sign) => [{ type: 'shown', ...sound, signature: sign(sound) }]);
    expect(await lookWith(text)).toMatchObject({ coordinator: { name: 'C' }, sitesNeeded: 2 });
  });

  it.each<[string, Partial<TermsFields>]>([
    ['name', { coordinator: 'D' }],
    ['plan hash', { planHash: new Uint8Array(32) }],
    ['state', { state: 'running' }],
    ['number of sites', { sitesNeeded: 3 }],
    ['number of those who are in', { sites: 1 }],
    ['word about this site', { joinedBefore: true }],
    ['federation', { federation: 'Other' }],
  ])('is not believed where somebody on the way changes its %s', async (_name, change) => {
    const { text } = await host((sign) => [{ type: 'shown', ...sound, signature: sign(sound), ...change }]);
    await expect(lookWith(text)).rejects.toEqual(code('bad-signature'));
  });

  it.each<[string, Partial<TermsFields>, string]>([
    ['shows a plan that has another hash', { plan: tinyPlan({ rounds: 9 }) }, 'wrong-plan'],
    ['runs another federation', { federation: 'Other' }, 'wrong-federation'],
    ['shows a plan that is none', { plan: { ...plan, rounds: -1 } }, 'bad-message'],
    ['has a name that clears the screen', { coordinator: '\u001b[2J' }, 'bad-message'],
    ['needs no sites', { sitesNeeded: 0 }, 'bad-message'],
  ])('that %s is left', async (_name, change, why) => {
    const shown = { ...sound, ...change };
    const { text } = await host((sign) => [{ type: 'shown', ...shown, signature: sign(shown) }]);
    await expect(lookWith(text)).rejects.toEqual(code(why));
  });

  it('of an older version does not know the question, and the site says so', async () => {
    const { text } = await host(() => []);
    await expect(lookWith(text)).rejects.toEqual(code('cannot-show'));
  });

  it('that admits instead is out of turn', async () => {
    const { coordinator: name, planHash: hash } = sound;
    const { text } = await host(() => [{ type: 'admitted', federation, coordinator: name, plan, planHash: hash }]);
    await expect(lookWith(text)).rejects.toEqual(code('bad-turn'));
  });

  it('with another key than the invited one never sees the token', async () => {
    const { about, looks } = await host(() => []);
    const { text } = issueInvitation({ ...about, fingerprint: createIdentity().fingerprint });
    await expect(lookWith(text)).rejects.toEqual(code('wrong-coordinator'));
    expect(looks).toEqual([]);
  });
});
