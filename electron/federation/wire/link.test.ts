import { encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { fault } from '../../../shared/errors.ts';
import { closeCodes } from '../../../shared/protocol/codes.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import type { SiteMessage } from '../../../shared/protocol/messages.ts';
import { channelPair } from '../testing.ts';
import type { Channel } from './channel.ts';
import { Link } from './link.ts';

const silent = { onMessage() {}, payloadLimit: () => 0, onClose() {} };
const update = (bytes: number): SiteMessage => ({
  type: 'update',
  stage: 'pretraining',
  round: 1,
  volumes: 1,
  loss: null,
  bytes,
});

/** The coordinator's end of a link, and what reaches it. */
function receiver(channel: Channel, limit: number) {
  const got: { message: SiteMessage; payload: Uint8Array }[] = [];
  let resolve: (code: number) => void;
  const closed = new Promise<number>((done) => {
    resolve = done;
  });
  const link = new Link(channel, 'coordinator', {
    onMessage: (message, payload) => got.push({ message, payload }),
    payloadLimit: () => limit,
    onClose: (code) => resolve(code),
  });
  return { link, got, closed };
}

describe('link', () => {
  it('carries a payload in parts, and counts bytes by kind at both ends', async () => {
    const [a, b] = channelPair();
    const site = new Link(a, 'site', silent);
    const { link, got } = receiver(b, 1e9);
    const payload = Uint8Array.from({ length: 2 * limits.partBytes + 5 }, (_, i) => i % 251);
    await site.send(update(payload.length), payload);
    await site.send({ type: 'sit-out', stage: 'pretraining', round: 2 });
    expect(got.map(({ message }) => message.type)).toEqual(['update', 'sit-out']);
    expect(Buffer.compare(got[0].payload, payload)).toBe(0);
    expect(link.traffic.received).toEqual(site.traffic.sent);
    expect(site.traffic.sent.features).toBe(0);
    expect(site.traffic.sent.weights).toBeGreaterThan(payload.length);
    expect(site.traffic.sent.weights).toBeLessThan(payload.length + 200);
    expect(site.traffic.sent.control).toBe(encode({ type: 'sit-out', stage: 'pretraining', round: 2 }).length);
  });

  it('keeps the order of messages sent at once', async () => {
    const [a, b] = channelPair();
    const site = new Link(a, 'site', silent);
    const { got } = receiver(b, 1e9);
    const rounds = [1, 2, 3, 4, 5];
    await Promise.all(rounds.map((round) => site.send({ type: 'sit-out', stage: 'pretraining', round })));
    expect(got.map(({ message }) => 'round' in message && message.round)).toEqual(rounds);
  });

  it.each<[string, (raw: Channel) => void, keyof typeof closeCodes]>([
    ['garbage', (raw) => void raw.send(new Uint8Array(9).fill(0xc1)), 'bad-message'],
    ['a payload larger than allowed', (raw) => void raw.send(encode(update(1001))), 'too-large'],
    [
      'a part that nobody announced',
      (raw) => void raw.send(encode({ type: 'part', bytes: new Uint8Array(1) })),
      'bad-turn',
    ],
    [
      'a part that is too long',
      (raw) => {
        void raw.send(encode(update(10)));
        void raw.send(encode({ type: 'part', bytes: new Uint8Array(11) }));
      },
      'too-large',
    ],
    [
      'a part that is too short, of which a million could come',
      (raw) => {
        void raw.send(encode(update(10)));
        void raw.send(encode({ type: 'part', bytes: new Uint8Array(1) }));
      },
      'too-large',
    ],
    [
      'a message in the middle of a payload',
      (raw) => {
        void raw.send(encode(update(10)));
        void raw.send(encode(update(10)));
      },
      'bad-turn',
    ],
    [
      'more messages than a round needs',
      (raw) => {
        for (let i = 0; i <= limits.messagesPerRound; i++) {
          void raw.send(encode({ type: 'sit-out', stage: 'pretraining', round: 1 }));
        }
      },
      'too-often',
    ],
  ])('closes on %s', async (_name, act, why) => {
    const [raw, b] = channelPair();
    const { closed, link } = receiver(b, 1000);
    raw.listen({ onFrame() {}, onClose() {} });
    act(raw);
    expect(await closed).toBe(closeCodes[why]);
    expect(link.open).toBe(false);
  });

  it('closes with the code of what its listener throws, and hears nothing more', async () => {
    const [raw, b] = channelPair();
    let heard = 0;
    const code = await new Promise<number>((resolve) => {
      new Link(b, 'coordinator', {
        onMessage() {
          heard += 1;
          throw fault('federation.duplicate');
        },
        payloadLimit: () => 0,
        onClose: resolve,
      });
      for (let i = 0; i < 3; i++) void raw.send(encode({ type: 'sit-out', stage: 'pretraining', round: 1 }));
    });
    expect(code).toBe(closeCodes.duplicate);
    expect(heard).toBe(1);
  });

  it('drops what is sent after the other end closed', async () => {
    const [a, b] = channelPair();
    const site = new Link(a, 'site', silent);
    b.close('stopping');
    await site.send({ type: 'sit-out', stage: 'pretraining', round: 1 });
    expect(site.traffic.sent.control).toBe(0);
    expect(site.open).toBe(false);
  });
});
