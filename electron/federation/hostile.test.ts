/** Each hostile site meets two good ones in the same round, which must end as if it were not there. */

import { connect } from 'node:net';
import { encode } from '@msgpack/msgpack';
import { afterEach, describe, expect, it } from 'vitest';
import { planHash } from '../../shared/hash.ts';
import { type CloseName, closeCodes } from '../../shared/protocol/codes.ts';
import { limits } from '../../shared/protocol/limits.ts';
import type { MessageOf } from '../../shared/protocol/messages.ts';
import { encodeSafetensors } from '../../shared/safetensors.ts';
import type { Coordinator } from './coordinator/coordinator.ts';
import {
  behave,
  firstNumber,
  Intruder,
  joinAs,
  quick,
  startCoordinator,
  tinyBatch,
  tinyPlan,
  tinyWeights,
} from './testing.ts';
import { encodeFeatureBatch } from './wire/feature-batch.ts';
import { createIdentity, fingerprintOf, type Identity } from './wire/identity.ts';
import { type SealContext, seal } from './wire/sealing.ts';

let coordinators: Coordinator[] = [];
afterEach(async () => {
  for (const coordinator of coordinators) await coordinator.close();
  coordinators = [];
});

const plan = tinyPlan({ rounds: 2, featuresDeadline: 3, trainingDeadline: 3 });
const place = { stage: 'pretraining', round: 1 };

interface Scene {
  intruder: Intruder;
  announce: MessageOf<'announce'>;
  roster: MessageOf<'roster'>;
}

/** Two good sites and an intruder who has an invitation; `act` begins when the first round is announced. */
async function meet(act: (scene: Scene) => Promise<void> | void, using = plan) {
  const federation = await startCoordinator({ plan: using, sites: 3 });
  const { coordinator } = federation;
  coordinators.push(coordinator);
  const invitations = await coordinator.invite(3);
  const [a, b] = [await joinAs('A', invitations[0]), await joinAs('B', invitations[1])];
  const logs = Promise.all([behave(a, { axis: 0, step: 1 }), behave(b, { axis: 1, step: 3 })]);
  const intruder = await Intruder.dial(coordinator.address);
  await intruder.join(invitations[2]);
  const roster = await intruder.next('roster');
  const announce = await intruder.next('announce');
  await act({ intruder, announce, roster });
  return { ...federation, logs, intruder, invitations, sites: [a, b] };
}

/** Features of the intruder for both others, sealed as they should be but for the given changes. */
function sealedFeatures(
  { intruder, roster }: Scene,
  changes: { payload?: Uint8Array; context?: Partial<SealContext>; identity?: Identity } = {},
) {
  const { identity } = intruder;
  const context: SealContext = {
    federation: 'Test federation',
    planHash: planHash(plan),
    stage: 'pretraining',
    round: 1,
    sender: identity.publicKey,
    ...changes.context,
  };
  const others = roster.sites
    .filter(({ name }) => name !== 'Intruder')
    .map((site) => ({ ...site, fingerprint: fingerprintOf(site.key) }));
  const payload = changes.payload ?? encodeFeatureBatch(tinyBatch(plan, 5), plan);
  const { ciphertext, ...sealed } = seal(payload, others, context, changes.identity ?? identity);
  return { header: { type: 'features', ...place, ...sealed, bytes: ciphertext.length }, ciphertext };
}

function sendWith(intruder: Intruder, header: Record<string, unknown>, payload: Uint8Array): void {
  intruder.send(header);
  for (let at = 0; at < payload.length; at += limits.partBytes) {
    intruder.send({ type: 'part', bytes: payload.subarray(at, at + limits.partBytes) });
  }
}

const update = (payload: Uint8Array, changes: Record<string, unknown> = {}) => ({
  type: 'update',
  ...place,
  volumes: 1,
  loss: 0,
  bytes: payload.length,
  ...changes,
});

/** Withholds features, waits for training, sends this update. */
async function sendUpdate({ intruder }: Scene, payload: Uint8Array, changes: Record<string, unknown> = {}) {
  intruder.send({ type: 'withhold', ...place });
  await intruder.next('training');
  sendWith(intruder, update(payload, changes), payload);
}

const named = (name: string, shape: number[], metadata = {}) =>
  encodeSafetensors({ [name]: { shape, data: new Float32Array(3) } }, metadata);

describe('an admitted site that', () => {
  it.each<[string, (scene: Scene) => Promise<void> | void, CloseName]>([
    ['sends garbage', ({ intruder }) => intruder.sendBytes(new Uint8Array(500).fill(0xc1)), 'bad-message'],
    [
      'sends unknown fields',
      ({ intruder }) => intruder.send({ type: 'withhold', ...place, admin: true }),
      'bad-message',
    ],
    [
      'sends __proto__',
      ({ intruder }) =>
        intruder.sendBytes(
          Buffer.concat([Buffer.from([0x81, 0xa9]), Buffer.from('__proto__'), encode({ admin: true })]),
        ),
      'bad-message',
    ],
    [
      'sends the hello again',
      async ({ intruder }) =>
        intruder.send({ type: 'hello', version: 1, key: intruder.identity.publicKey, nonce: new Uint8Array(32) }),
      'bad-turn',
    ],
    [
      'answers the next round already',
      ({ intruder }) => intruder.send({ type: 'withhold', ...place, round: 2 }),
      'bad-turn',
    ],
    [
      'answers the next stage already',
      ({ intruder }) => intruder.send({ type: 'sit-out', stage: 'finetuning', round: 1 }),
      'bad-turn',
    ],
    [
      'sends weights while features are open',
      ({ intruder }) => sendWith(intruder, update(tinyWeights(9)), tinyWeights(9)),
      'bad-turn',
    ],
    [
      'answers twice',
      ({ intruder }) => {
        intruder.send({ type: 'withhold', ...place });
        intruder.send({ type: 'withhold', ...place });
      },
      'duplicate',
    ],
    [
      'replays its own features',
      (scene) => {
        const { header, ciphertext } = sealedFeatures(scene);
        for (let i = 0; i < 2; i++) sendWith(scene.intruder, header, ciphertext);
      },
      'duplicate',
    ],
    [
      'sends features as large as a network',
      ({ intruder, ...rest }) => intruder.send({ ...sealedFeatures({ intruder, ...rest }).header, bytes: 50_000_000 }),
      'too-large',
    ],
    [
      'seals for a key that nobody knows',
      (scene) => {
        const { header, ciphertext } = sealedFeatures(scene);
        sendWith(
          scene.intruder,
          { ...header, keys: [{ to: createIdentity().publicKey, wrapped: new Uint8Array(48) }] },
          ciphertext,
        );
      },
      'bad-features',
    ],
    [
      'seals twice for one site',
      (scene) => {
        const { header, ciphertext } = sealedFeatures(scene);
        sendWith(scene.intruder, { ...header, keys: [header.keys[0], header.keys[0]] }, ciphertext);
      },
      'bad-features',
    ],
    [
      'signs as somebody else',
      (scene) => {
        const { header, ciphertext } = sealedFeatures(scene, { identity: createIdentity() });
        sendWith(scene.intruder, header, ciphertext);
      },
      'bad-features',
    ],
    [
      'replays features of another round',
      (scene) => {
        const { header, ciphertext } = sealedFeatures(scene, { context: { round: 7 } });
        sendWith(scene.intruder, header, ciphertext);
      },
      'bad-features',
    ],
    ['sends NaN', (scene) => sendUpdate(scene, tinyWeights(Number.NaN)), 'bad-weights'],
    ['sends infinity', (scene) => sendUpdate(scene, tinyWeights(Number.POSITIVE_INFINITY)), 'bad-weights'],
    ['sends numbers that drown the others', (scene) => sendUpdate(scene, tinyWeights(3e38)), 'bad-weights'],
    ['sends another shape', (scene) => sendUpdate(scene, named('encoder.kernel', [1, 3])), 'bad-weights'],
    ['sends another name', (scene) => sendUpdate(scene, named('encoder.kernal', [3])), 'bad-weights'],
    ['sends metadata', (scene) => sendUpdate(scene, named('encoder.kernel', [3], { a: 'b' })), 'bad-weights'],
    ['sends more weights', (scene) => sendUpdate(scene, tinyWeights(1, 4)), 'bad-weights'],
    [
      'sends noise as weights',
      (scene) => sendUpdate(scene, new Uint8Array(tinyWeights(1).length).fill(9)),
      'bad-weights',
    ],
    [
      'claims more volumes than it joined with',
      (scene) => sendUpdate(scene, tinyWeights(1), { volumes: 6 }),
      'bad-message',
    ],
    [
      'sends weights twice',
      async (scene) => {
        await sendUpdate(scene, tinyWeights(2));
        sendWith(scene.intruder, update(tinyWeights(99)), tinyWeights(99));
      },
      'duplicate',
    ],
  ])('%s is thrown out, and the others do not notice', async (_name, act, why) => {
    const { coordinator, intruder, logs, events, sites } = await meet(act);
    expect(await intruder.closed).toBe(closeCodes[why]);
    expect((await logs).map((log) => log.length)).toEqual([2, 2]);
    // Two rounds, in each of which the good sites add 1 and 3. Who sent sound weights first (2) shifts no mean.
    expect(firstNumber(await coordinator.finished)).toBe(4);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'refused',
        why,
        code: closeCodes[why],
        site: expect.objectContaining({ name: 'Intruder' }),
      }),
    );
    for (const site of sites) expect(site.events.map(({ type }) => type)).not.toContain('disconnected');
  });

  it('sends a frame that is too large is thrown out by the socket itself', async () => {
    const { intruder, logs, events } = await meet(({ intruder }) => {
      intruder.sendBytes(new Uint8Array(limits.frameBytes + 1));
    });
    expect(await intruder.closed).toBe(1009); // RFC 6455: message too big
    expect((await logs).map((log) => log.length)).toEqual([2, 2]);
    const site = expect.objectContaining({ name: 'Intruder' });
    expect(events).toContainEqual(expect.objectContaining({ type: 'refused', why: 'too-large', site }));
  });

  it('answers an old round is told so, and not counted', async () => {
    const { coordinator, intruder, logs, events } = await meet(async (scene) => {
      await sendUpdate(scene, tinyWeights(2));
      await scene.intruder.next('announce');
      sendWith(scene.intruder, update(tinyWeights(99)), tinyWeights(99));
      expect((await scene.intruder.next('refused')).code).toBe(closeCodes['old-round']);
      scene.intruder.send({ type: 'leave', reason: 'enough' });
    });
    await intruder.closed;
    await logs;
    expect(firstNumber(await coordinator.finished)).toBe(4);
    expect(events).toContainEqual(expect.objectContaining({ type: 'refused', why: 'old-round' }));
  });

  it('repeats old rounds without end is thrown out', async () => {
    const { intruder, logs } = await meet(async (scene) => {
      await sendUpdate(scene, tinyWeights(2));
      await scene.intruder.next('announce');
      for (let i = 0; i <= limits.messagesPerRound; i++) scene.intruder.send({ type: 'sit-out', ...place });
    });
    expect(await intruder.closed).toBe(closeCodes['too-often']);
    await logs;
  });

  it.each<[string, Uint8Array]>([
    ['of NaN', encodeFeatureBatch(tinyBatch(plan, 5), plan).fill(0xff, 8, 12)],
    [
      'of another length',
      encodeFeatureBatch(tinyBatch(tinyPlan({ featureLength: 32 }), 5), tinyPlan({ featureLength: 32 })),
    ],
    ['of noise', new Uint8Array(200).fill(3)],
  ])('seals features %s is ignored by each of the others', async (_name, payload) => {
    const { intruder, logs, sites } = await meet((scene) => {
      const { header, ciphertext } = sealedFeatures(scene, { payload });
      sendWith(scene.intruder, header, ciphertext);
      scene.intruder.send({ type: 'leave', reason: 'done' });
    });
    await intruder.closed;
    expect((await logs)[0].map(({ remote }) => remote)).toEqual([['B:1'], ['B:1']]);
    for (const { events } of sites) {
      const refused = events.filter((event) => event.type === 'peer-refused');
      expect(refused).toMatchObject([{ site: { name: 'Intruder' }, error: { code: 'federation.bad-features' } }]);
    }
  });

  it('hangs in the middle of its features is left behind, and holds nobody up at the end', async () => {
    const impatient = tinyPlan({ rounds: 1, featuresDeadline: 1, trainingDeadline: 1 });
    const { coordinator, logs } = await meet((scene) => {
      scene.intruder.send({ ...sealedFeatures(scene).header });
    }, impatient);
    await logs;
    expect(firstNumber(await coordinator.finished)).toBe(2);
  });

  it('pings without end is thrown out', async () => {
    const federation = await startCoordinator({ plan, sites: 3, timing: { ...quick, pingEvery: 60_000 } });
    coordinators.push(federation.coordinator);
    const { hostname, port } = new URL(federation.coordinator.address);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write(
      `GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    const ping = Buffer.from([0x89, 0x80, 0, 0, 0, 0]); // masked, empty
    for (let i = 0; i <= limits.pingsPerInterval; i++) socket.write(ping);
    expect(await federation.until((event) => event.type === 'refused')).toMatchObject({ why: 'too-often' });
    socket.destroy();
  });
});

describe('a stranger', () => {
  async function open(handshakeTime = quick.handshakeTime) {
    const timing = { ...quick, handshakeTime };
    const federation = await startCoordinator({ plan, sites: 2, timing });
    coordinators.push(federation.coordinator);
    return federation;
  }

  it('with a token that nobody gave out, or of another site, is refused', async () => {
    const { coordinator } = await open();
    const [invitation] = await coordinator.invite(1);
    const first = await joinAs('A', invitation);
    await expect(joinAs('Thief', invitation)).rejects.toMatchObject({ code: 'federation.token-used' });
    const thief = await Intruder.dial(coordinator.address);
    await thief.join(invitation, { token: new Uint8Array(16) });
    expect(await thief.closed).toBe(closeCodes['bad-signature']);
    expect(first.participant.ended).toBe(false);
    await first.participant.leave('done');
  });

  it('who says nothing is cut off, before and after the upgrade to a WebSocket', async () => {
    const { coordinator, until } = await open(300);
    const { hostname, port } = new URL(coordinator.address);
    const mute = connect(Number(port), hostname);
    const half = connect(Number(port), hostname);
    half.write('GET / HTTP/1.1\r\n'); // and never the rest
    const closed = [mute, half].map((one) => {
      one.on('error', () => {}).resume();
      return new Promise((resolve) => one.on('close', resolve));
    });
    const silent = await Intruder.dial(coordinator.address);
    expect(await silent.closed).toBe(closeCodes['handshake-timeout']);
    expect(await until((event) => event.type === 'refused')).toMatchObject({ why: 'handshake-timeout', site: null });
    await Promise.all(closed);
  });

  it('who sends text, or speaks plain HTTP, is refused', async () => {
    const { coordinator, until } = await open();
    const socket = new WebSocket(coordinator.address, `isocenter.${limits.version}`);
    const code = await new Promise((resolve) => {
      socket.onopen = () => socket.send('{"type":"hello"}');
      socket.onclose = (event) => resolve(event.code);
    });
    expect(code).toBe(closeCodes['bad-message']);
    await until((event) => event.type === 'refused' && event.why === 'bad-message');
    const answer = await fetch(coordinator.address.replace('ws:', 'http:'));
    expect(answer.status).toBe(426);
  });

  it('who sends a huge frame costs no more than one frame', async () => {
    const { coordinator } = await open();
    const intruder = await Intruder.dial(coordinator.address);
    intruder.sendBytes(new Uint8Array(20_000_000));
    expect([closeCodes['too-large'], 1006, 1009]).toContain(await intruder.closed);
  });

  it('in numbers finds a full house, while a site still gets in', async () => {
    const { coordinator } = await open(1000);
    const [invitation] = await coordinator.invite(1);
    const crowd = await Promise.all(
      Array.from({ length: limits.handshakes + 5 }, () => Intruder.dial(coordinator.address)),
    );
    const codes = await Promise.all(crowd.map(({ closed }) => closed));
    expect(codes.filter((code) => code === closeCodes.full)).toHaveLength(5);
    const { participant } = await joinAs('A', invitation);
    await participant.leave('done');
  });

  it('who connects too often is refused before the handshake', async () => {
    const { coordinator, events } = await open();
    // Twice the bound, in case a minute turns over in between.
    let refused: string | undefined;
    for (let i = 0; i <= 2 * limits.connectionsPerMinute && !refused; i++) {
      const intruder = await Intruder.dial(coordinator.address).catch((error: { code: string }) => error.code);
      if (typeof intruder === 'string') refused = intruder;
      else intruder.sendBytes(new Uint8Array(1)); // thrown out, so that the house is never full
    }
    expect(refused).toBe('federation.unreachable');
    expect(events).toContainEqual(expect.objectContaining({ type: 'refused', why: 'too-often', site: null }));
  });
});
