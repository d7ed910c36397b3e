import { describe, expect, it } from 'vitest';
import { planHash } from '../../../shared/hash.ts';
import { closeCodes } from '../../../shared/protocol/codes.ts';
import type { MessageOf } from '../../../shared/protocol/messages.ts';
import { noTraffic } from '../../../shared/protocol/traffic.ts';
import { answerHandshake } from '../coordinator/handshake.ts';
import { join } from '../participant/handshake.ts';
import { channelPair, Intruder, tinyPlan } from '../testing.ts';
import type { Channel } from './channel.ts';
import { createIdentity, createSealingKeys } from './identity.ts';
import { issueInvitation, parseInvitation } from './invitation.ts';

const coordinator = createIdentity();
const site = createIdentity();
const federation = 'Test federation';
const invitation = issueInvitation({ address: 'ws://127.0.0.1:1', fingerprint: coordinator.fingerprint, federation });
const plan = tinyPlan();

/** The coordinator's end; admits everybody who proves a key. */
function open(channel: Channel, identity = coordinator) {
  const proven: { key: Uint8Array; join: MessageOf<'join'> }[] = [];
  const lost: number[] = [];
  answerHandshake(channel, {
    identity,
    federation,
    handshakeTime: 500,
    onProven(link, key, join) {
      proven.push({ key, join });
      const hash = Buffer.from(planHash(plan), 'hex');
      void link.send({ type: 'admitted', federation, coordinator: 'C', plan, planHash: hash });
    },
    onTermsAsked() {},
    onLost: (_link, code) => lost.push(code),
  });
  return { proven, lost };
}

function enter(channel: Channel, identity = site) {
  return join(channel, {
    identity,
    name: 'Site',
    volumes: 3,
    invitation: parseInvitation(invitation.text),
    sealingKeys: createSealingKeys(identity, federation, 'Site'),
    holding: null,
    traffic: noTraffic(),
    handshakeTime: 500,
    onAdmitted: () => ({ onMessage() {}, payloadLimit: () => 0, onClose() {} }),
  });
}

const code = (name: string) => expect.objectContaining({ code: `federation.${name}` });

describe('handshake', () => {
  it('proves both keys', async () => {
    const [a, b] = channelPair();
    const { proven } = open(b);
    expect(await enter(a)).toEqual({ bound: false });
    expect(proven[0].key).toEqual(site.publicKey);
    expect(proven[0].join).toMatchObject({ name: 'Site', volumes: 3 });
  });

  it('is bound to the encrypted connection where both ends see it', async () => {
    const binding = new Uint8Array(32).fill(5);
    const [a, b] = channelPair([binding, new Uint8Array(binding)]);
    open(b);
    expect(await enter(a)).toEqual({ bound: true });
  });

  it('fails where somebody ends the encryption and relays', async () => {
    const [a, b] = channelPair([new Uint8Array(32).fill(5), new Uint8Array(32).fill(6)]);
    const { proven } = open(b);
    await expect(enter(a)).rejects.toEqual(code('bad-signature'));
    expect(proven).toEqual([]);
  });

  it('does not give the token to another coordinator', async () => {
    const [a, b] = channelPair();
    const { proven } = open(b, createIdentity());
    await expect(enter(a)).rejects.toEqual(code('wrong-coordinator'));
    expect(proven).toEqual([]);
  });

  it('does not believe a coordinator that only claims the invited key', async () => {
    const [a, b] = channelPair();
    const { proven } = open(b, { ...createIdentity(), publicKey: coordinator.publicKey });
    await expect(enter(a)).rejects.toEqual(code('bad-signature'));
    expect(proven).toEqual([]);
  });

  it('does not believe a site that only claims a key', async () => {
    const [a, b] = channelPair();
    const { proven, lost } = open(b);
    await expect(enter(a, { ...createIdentity(), publicKey: site.publicKey })).rejects.toEqual(code('bad-signature'));
    expect(proven).toEqual([]);
    expect(lost).toEqual([closeCodes['bad-signature']]);
  });

  it('replayed in another connection proves nothing', async () => {
    const [a, b] = channelPair();
    const { proven } = open(b);
    await enter(a);
    const [c, d] = channelPair();
    const { lost, proven: replayed } = open(d);
    const thief = new Intruder(c);
    thief.send({ type: 'hello', version: 1, key: site.publicKey, nonce: new Uint8Array(32) });
    await thief.next('challenge');
    thief.send({ ...proven[0].join });
    expect(await thief.closed).toBe(closeCodes['bad-signature']);
    expect(lost).toEqual([closeCodes['bad-signature']]);
    expect(replayed).toEqual([]);
  });

  it.each<[string, (intruder: Intruder) => Promise<void> | void, keyof typeof closeCodes]>([
    [
      'another version',
      (x) => x.send({ type: 'hello', version: 2, key: site.publicKey, nonce: new Uint8Array(32) }),
      'version',
    ],
    ['a silent stranger', () => {}, 'handshake-timeout'],
    ['a join without a hello', (x) => x.send({ type: 'withhold', stage: 'pretraining', round: 1 }), 'bad-turn'],
    [
      'a payload',
      (x) => x.send({ type: 'update', stage: 'pretraining', round: 1, volumes: 1, loss: 0, bytes: 9 }),
      'bad-turn',
    ],
    ['a volume count that was not signed', (x) => x.join(invitation.text, { volumes: 6 }), 'bad-signature'],
    ['a name that was not signed', (x) => x.join(invitation.text, { name: 'Other' }), 'bad-signature'],
    [
      'a sealing key that was not signed',
      (x) => x.join(invitation.text, { sealingKey: new Uint8Array(32) }),
      'bad-signature',
    ],
    [
      'a sealing key signed by nobody',
      (x) => x.join(invitation.text, { sealingSignature: new Uint8Array(64) }),
      'bad-signature',
    ],
  ])('refuses %s', async (_name, act, why) => {
    const [a, b] = channelPair();
    const { proven } = open(b);
    const intruder = new Intruder(a);
    await act(intruder);
    expect(await intruder.closed).toBe(closeCodes[why]);
    expect(proven).toEqual([]);
  });

  it('gives up on a coordinator that says nothing', async () => {
    const [a] = channelPair();
    await expect(enter(a)).rejects.toEqual(code('handshake-timeout'));
  });
});
