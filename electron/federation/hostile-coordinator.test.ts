/** A coordinator that holds the invited key and says what it should not. No message of it may crash a site. */
import { encode } from '@msgpack/msgpack';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { planHash } from '../../shared/hash.ts';
import type { SiteMessage } from '../../shared/protocol/messages.ts';
import { answerHandshake } from './coordinator/handshake.ts';
import { approvedFeatures, joinAs, quick, tinyBatch, tinyPlan, tinyWeights } from './testing.ts';
import type { Channel } from './wire/channel.ts';
import { createIdentity, createSealingKeys, fingerprintOf } from './wire/identity.ts';
import { issueInvitation } from './wire/invitation.ts';
import { type Listener, listen } from './wire/socket.ts';

const federation = 'Test federation';
const plan = tinyPlan();
const place = { stage: 'pretraining', round: 1 };
let listener: Listener | undefined;
afterEach(async () => listener?.close());

/** Admits whoever comes, after which `act` says anything. */
async function host(act: (channel: Channel, siteKey: Uint8Array) => void, admitted: Record<string, unknown> = {}) {
  const identity = createIdentity();
  const heard: SiteMessage[] = [];
  listener = await listen({
    host: '127.0.0.1',
    port: 0,
    timing: quick,
    onRefused() {},
    onChannel(channel) {
      answerHandshake(channel, {
        identity,
        federation,
        handshakeTime: 5000,
        onLost() {},
        onTermsAsked() {},
        onProven(link, key) {
          link.handOver({ payloadLimit: () => 1e9, onMessage: (message) => heard.push(message), onClose() {} });
          const hash = Buffer.from(planHash(plan), 'hex');
          const sound = { type: 'admitted', federation, coordinator: 'C', plan, planHash: hash };
          channel.send(encode({ ...sound, ...admitted })).catch(() => {});
          act(channel, key);
        },
      });
    },
  });
  const address = `ws://127.0.0.1:${listener.port}`;
  const { text } = issueInvitation({ address, fingerprint: identity.fingerprint, federation });
  return { text, heard };
}

const say = (channel: Channel, message: Record<string, unknown>, payload?: Uint8Array) => {
  channel.send(encode(message)).catch(() => {});
  if (payload) channel.send(encode({ type: 'part', bytes: payload })).catch(() => {});
};

function announce(channel: Channel, key: Uint8Array, weights: Uint8Array, changes: Record<string, unknown> = {}): void {
  const received = { features: false, update: false };
  const sound = { type: 'announce', ...place, rounds: 2, phase: 'features', remaining: 1000, members: [key], received };
  say(channel, { ...sound, bytes: weights.length, ...changes }, weights);
}

const relayed = (from: Uint8Array) => ({
  type: 'relayed',
  ...place,
  from,
  ephemeral: new Uint8Array(32),
  nonce: new Uint8Array(12),
  signature: new Uint8Array(64),
  wrapped: new Uint8Array(48),
  bytes: 40,
});

describe('a site ends its participation, with the reason, when the coordinator', () => {
  it.each<[string, (channel: Channel, key: Uint8Array) => void, string]>([
    ['sends garbage', (channel) => void channel.send(new Uint8Array(50).fill(0xc1)), 'bad-message'],
    ['speaks as a site', (channel) => say(channel, { type: 'withhold', ...place }), 'bad-message'],
    [
      'challenges again',
      (channel, key) =>
        say(channel, { type: 'challenge', key, nonce: key, bound: false, signature: new Uint8Array(64) }),
      'bad-turn',
    ],
    ['announces NaN', (channel, key) => announce(channel, key, tinyWeights(Number.NaN)), 'bad-weights'],
    ['announces noise', (channel, key) => announce(channel, key, new Uint8Array(80).fill(9)), 'bad-weights'],
    [
      'announces a round without weights',
      (channel, key) => announce(channel, key, new Uint8Array(1), { bytes: 0 }),
      'bad-turn',
    ],
    [
      'announces more than any network',
      (channel, key) => announce(channel, key, new Uint8Array(1), { bytes: 2 ** 40 }),
      'bad-message',
    ],
    ['relays more than any batch', (channel, key) => say(channel, { ...relayed(key), bytes: 1e8 }), 'too-large'],
    [
      'finishes with noise',
      (channel) => say(channel, { type: 'finished', bytes: 9 }, new Uint8Array(9)),
      'bad-weights',
    ],
    ['sends a part of nothing', (channel) => say(channel, { type: 'part', bytes: new Uint8Array(9) }), 'bad-turn'],
  ])('%s', async (_name, act, why) => {
    const { text } = await host(act);
    const { participant } = await joinAs('A', text);
    await expect(participant.rounds().next()).rejects.toMatchObject({ code: `federation.${why}` });
    expect(participant.ended).toBe(true);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['runs another federation', { federation: 'Other' }, 'wrong-federation'],
    ['names another plan hash', { planHash: new Uint8Array(32) }, 'wrong-plan'],
    ['sends a plan that is none', { plan: { ...plan, rounds: -1 } }, 'bad-message'],
    ['has a name that clears the screen', { coordinator: '\u001b[2J' }, 'bad-message'],
  ])('%s', async (_name, admitted, why) => {
    const { text } = await host(() => {}, admitted);
    await expect(joinAs('A', text)).rejects.toMatchObject({ code: `federation.${why}` });
  });
});

describe('a site goes on when the coordinator', () => {
  it('relays a batch of nobody, or one that does not open, or says things of other rounds', async () => {
    const { text } = await host((channel, key) => {
      say(channel, { type: 'training', ...place, round: 7, remaining: 5 });
      announce(channel, key, tinyWeights(1));
      say(channel, relayed(createIdentity().publicKey), new Uint8Array(40));
      say(channel, relayed(key), new Uint8Array(40));
      say(channel, { type: 'counted', about: 'update', ...place, round: 3 });
      say(channel, { type: 'refused', about: 'features', ...place, round: 3, code: 4016 });
      say(channel, { type: 'round-over', ...place, round: 3, counted: true, sites: 2 });
      say(channel, { type: 'training', ...place, remaining: 5 });
    });
    const { participant, events } = await joinAs('A', text);
    const { value: round } = await participant.rounds().next();
    expect(await round?.exchange(null)).toEqual({ batches: [], counted: false });
    expect(events.filter(({ type }) => type === 'phase')).toMatchObject([
      { phase: 'features', missing: [] }, // of a coordinator that knows no `waiting`
      { phase: 'training', missing: [] },
    ]);
    expect(round?.signal.aborted).toBe(false);
    await participant.leave('done');
  });

  it.each([true, false])(
    'acknowledges its features (%s) and goes on: they count as sent only then',
    async (acknowledges) => {
      const peer = createIdentity();
      const sealing = createSealingKeys(peer, federation, 'Peer');
      const { text, heard } = await host((channel, key) => {
        const keys = { key: peer.publicKey, sealingKey: sealing.publicKey, sealingSignature: sealing.signature };
        say(channel, { type: 'roster', sites: [{ name: 'Peer', present: true, ...keys }] });
        announce(channel, key, tinyWeights(1), { members: [key, peer.publicKey] });
        void vi
          .waitFor(() => expect(heard).toMatchObject([{ type: 'features' }]))
          .then(() => {
            if (acknowledges) say(channel, { type: 'counted', about: 'features', ...place });
            say(channel, { type: 'training', ...place, remaining: 5 });
          });
      });
      const { participant } = await joinAs('A', text);
      const { value: round } = await participant.rounds().next();
      const approved = round && (await approvedFeatures(participant, round, tinyBatch(plan, 0)));
      expect(await round?.exchange(approved ?? null)).toEqual({ batches: [], counted: acknowledges });
      expect(participant.traffic.sent.features).toBeGreaterThan(0); // bytes alone do not tell
      await participant.leave('done');
    },
  );

  it('waits for what cannot be: nothing of it is shown', async () => {
    const stranger = createIdentity().publicKey;
    const { text } = await host((channel, key) => {
      const wait = (change: Record<string, unknown>) =>
        say(channel, { type: 'waiting', ...place, phase: 'features', remaining: 7000, missing: [key], ...change });
      wait({ round: plan.rounds + 1 });
      wait({ stage: 'finetuning', phase: 'training' }); // there is none
      announce(channel, key, tinyWeights(1), { round: 2 });
      wait({}); // of a round before
      wait({ round: 2, phase: 'admit', remaining: null });
      wait({ round: 2, remaining: null });
      wait({ round: 2, phase: 'aggregate' }); // with a deadline
      wait({ round: 2, missing: [stranger] });
      wait({ round: 2, missing: [key, key] });
      wait({ round: 2 });
    });
    const { participant, events } = await joinAs('A', text);
    const { value: round } = await participant.rounds().next();
    const told = () => events.flatMap((event) => (event.type === 'phase' ? [event.missing] : []));
    await vi.waitFor(() => expect(told()).toHaveLength(2));
    expect(told()).toEqual([[], [{ name: 'A', fingerprint: expect.any(String) }]]);
    expect(round?.signal.aborted).toBe(false);
    await participant.leave('done');
  });

  it('names members that never signed a sealing key: nothing is sealed for them', async () => {
    const stranger = createIdentity();
    const { text, heard } = await host((channel, key) => {
      const entry = { name: 'Stranger', key: stranger.publicKey, sealingKey: stranger.publicKey, present: true };
      say(channel, { type: 'roster', sites: [{ ...entry, sealingSignature: new Uint8Array(64) }] });
      announce(channel, key, tinyWeights(1), { members: [key, stranger.publicKey] });
    });
    const { participant } = await joinAs('A', text);
    const { value: round } = await participant.rounds().next();
    expect(await round?.recipients()).toEqual([]);
    expect(participant.peers().map(({ fingerprint }) => fingerprint)).not.toContain(fingerprintOf(stranger.publicKey));
    expect(heard).toEqual([]);
    await participant.leave('done');
  });
});
