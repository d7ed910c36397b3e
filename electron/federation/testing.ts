/** What the tests of this folder share: tiny weights, made sites, a store in memory, a cable to cut, an intruder. */
import { createHash, randomBytes } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { encode } from '@msgpack/msgpack';
import type { PayloadDescription, PayloadKind } from '../../shared/consent.ts';
import type { FeatureBatch } from '../../shared/features.ts';
import { type Plan, type PlanInput, planSchema } from '../../shared/plan.ts';
import { type CloseName, closeCodes } from '../../shared/protocol/codes.ts';
import type { CoordinatorEvent } from '../../shared/protocol/coordinator-events.ts';
import { defaultTiming, limits, type Timing } from '../../shared/protocol/limits.ts';
import { type CoordinatorMessage, decodeFrame, type MessageOf } from '../../shared/protocol/messages.ts';
import type { ParticipantEvent } from '../../shared/protocol/participant-events.ts';
import { decodeWeights, encodeSafetensors } from '../../shared/safetensors.ts';
import { Coordinator, type CoordinatorOptions } from './coordinator/coordinator.ts';
import type { CoordinatorStore, SavedState } from './coordinator/store.ts';
import { type ApprovedPayload, approve } from './participant/approved-payload.ts';
import { Participant, type ParticipantOptions } from './participant/participant.ts';
import type { Round } from './participant/round.ts';
import type { Channel, ChannelHandlers } from './wire/channel.ts';
import { encodeFeatureBatch } from './wire/feature-batch.ts';
import { signJoin } from './wire/handshake.ts';
import { createIdentity, createSealingKeys } from './wire/identity.ts';
import { parseInvitation } from './wire/invitation.ts';
import { dial } from './wire/socket.ts';

/** Short enough for a test, long enough for a busy machine. */
export const quick: Timing = {
  ...defaultTiming,
  waitingEvery: 20,
  pingEvery: 200,
  silence: 5000,
  grace: 1500,
  deliveryTime: 1500,
  backoffFirst: 50,
  backoffMost: 200,
};

export function tinyPlan(settings: PlanInput = {}): Plan {
  return planSchema.parse({
    rounds: 2,
    featureLength: 16,
    bankSize: 16,
    featuresDeadline: 20,
    trainingDeadline: 20,
    ...settings,
  });
}

/** One tensor of three numbers, and one that is larger than a part of the wire. */
export function tinyWeights(value: number, size = 3): Uint8Array {
  return encodeSafetensors({ 'encoder.kernel': { shape: [size], data: new Float32Array(size).fill(value) } });
}

export function firstNumber(weights: Uint8Array): number {
  return decodeWeights(weights, 'test').weights['encoder.kernel'].data[0];
}

/** `count` vectors along the axis `axis`, partitions in turn. */
export function tinyBatch(plan: Plan, axis: number, count = 4): FeatureBatch {
  const length = plan.featureLength;
  const vectors = new Float32Array(count * length);
  for (let row = 0; row < count; row++) vectors[row * length + axis] = 1;
  return { count, length, vectors, partitions: Uint8Array.from({ length: count }, (_, row) => row % plan.partitions) };
}

/** An approval as the consent gate gives it. */
export function approval(
  kind: PayloadKind,
  bytes: Uint8Array,
  at: { federation: string; stage: Round['stage']; round: number; recipients: string[] },
): ApprovedPayload {
  const { federation, stage, round, recipients } = at;
  const description: PayloadDescription = {
    kind,
    federation,
    stage,
    round,
    rounds: round,
    asker: { name: 'test', fingerprint: '' },
    recipients: recipients.map((fingerprint) => ({ name: 'test', fingerprint, isNew: false })),
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    vectors: 0,
    vectorLength: 0,
    parameters: 0,
    volumes: 1,
    treatment: '',
    projection: [],
  };
  return approve(description, bytes);
}

export async function approvedFeatures(
  participant: Participant,
  round: Round,
  batch: FeatureBatch,
): Promise<ApprovedPayload> {
  const recipients = (await round.recipients()).map(({ fingerprint }) => fingerprint);
  const at = { federation: participant.federation, stage: round.stage, round: round.number, recipients };
  return approval('features', encodeFeatureBatch(batch, participant.plan), at);
}

export function approvedWeights(participant: Participant, round: Round, weights: Uint8Array): ApprovedPayload {
  const recipients = [participant.coordinator.fingerprint];
  const at = { federation: participant.federation, stage: round.stage, round: round.number, recipients };
  return approval('weights', weights, at);
}

/** Keeps deep copies, as a disk would. */
export class MemoryStore implements CoordinatorStore {
  state: SavedState | undefined;
  saves: SavedState[] = [];

  async load(): Promise<SavedState | undefined> {
    return structuredClone(this.state);
  }

  async save(state: SavedState): Promise<void> {
    this.state = structuredClone(state);
    this.saves.push(this.state);
  }
}

export interface TestFederation {
  coordinator: Coordinator;
  events: CoordinatorEvent[];
  options: CoordinatorOptions;
  /** Resolves with the next, or an earlier, event that fits. */
  until(fits: (event: CoordinatorEvent) => boolean): Promise<CoordinatorEvent>;
}

export async function startCoordinator(
  settings: Partial<CoordinatorOptions> & { plan: Plan; sites: number },
): Promise<TestFederation> {
  const events: CoordinatorEvent[] = [];
  const watchers = new Set<() => void>();
  const options: CoordinatorOptions = {
    identity: createIdentity(),
    name: 'Coordinating hospital',
    federation: 'Test federation',
    listen: { host: '127.0.0.1', port: 0 },
    store: new MemoryStore(),
    initialWeights: async (stage) => tinyWeights(stage === 'pretraining' ? 0 : 100),
    timing: quick,
    ...settings,
    onEvent: (event) => {
      events.push(event);
      for (const watcher of watchers) watcher();
    },
  };
  const coordinator = await Coordinator.start(options);
  const until = (fits: (event: CoordinatorEvent) => boolean) =>
    new Promise<CoordinatorEvent>((resolve) => {
      const look = () => {
        const event = events.find(fits);
        if (!event) return;
        watchers.delete(look);
        resolve(event);
      };
      watchers.add(look);
      look();
    });
  return { coordinator, events, options, until };
}

export interface TestSite {
  participant: Participant;
  events: ParticipantEvent[];
}

export async function joinAs(
  name: string,
  invitation: string,
  settings: Partial<ParticipantOptions> = {},
): Promise<TestSite> {
  const events: ParticipantEvent[] = [];
  const participant = await Participant.connect({
    identity: createIdentity(),
    name,
    invitation: parseInvitation(invitation),
    volumes: 10,
    timing: quick,
    ...settings,
    onEvent: (event) => events.push(event),
  });
  return { participant, events };
}

/** What a well-behaved site does: shares a batch along `axis`, adds `step` to the weights. Gives what it received. */
export async function behave(
  { participant }: TestSite,
  { axis, step, volumes = 1 }: { axis: number; step: number; volumes?: number },
): Promise<{ stage: string; round: number; start: number; remote: string[] }[]> {
  const log = [];
  for await (const round of participant.rounds()) {
    const { batches } = await round.exchange(
      round.stage === 'pretraining' && participant.plan.exchangeFeatures
        ? await approvedFeatures(participant, round, tinyBatch(participant.plan, axis))
        : null,
    );
    const start = firstNumber(round.weights);
    await round.update(approvedWeights(participant, round, tinyWeights(start + step)), { volumes, loss: step });
    log.push({
      stage: round.stage,
      round: round.number,
      start,
      remote: batches.map(({ from, vectors }) => `${from.name}:${vectors.indexOf(1)}`).sort(),
    });
  }
  return log;
}

class MemoryChannel implements Channel {
  readonly remote = 'memory';
  readonly binding: Uint8Array | null;
  readonly heard = Date.now();
  peer!: MemoryChannel;
  closed: CloseName | undefined;
  #handlers: ChannelHandlers | undefined;
  #queue: (() => void)[] = [];

  constructor(binding: Uint8Array | null) {
    this.binding = binding;
  }

  listen(handlers: ChannelHandlers): void {
    this.#handlers = handlers;
    for (const event of this.#queue.splice(0)) event();
  }

  async send(frame: Uint8Array): Promise<void> {
    if (this.closed) throw new Error('closed');
    const copy = new Uint8Array(frame);
    queueMicrotask(() => this.peer.#deliver(() => this.peer.#handlers?.onFrame(copy)));
  }

  close(why: CloseName): void {
    if (this.closed) return;
    for (const end of [this, this.peer]) {
      end.closed = why;
      queueMicrotask(() => end.#deliver(() => end.#handlers?.onClose(closeCodes[why], why)));
    }
  }

  #deliver(event: () => void): void {
    if (this.#handlers) event();
    else this.#queue.push(event);
  }
}

/** Two ends of a connection in memory. */
export function channelPair(bindings: [Uint8Array | null, Uint8Array | null] = [null, null]): [Channel, Channel] {
  const [a, b] = bindings.map((binding) => new MemoryChannel(binding));
  a.peer = b;
  b.peer = a;
  return [a, b];
}

/** A site that follows the protocol only as far as a test wants it to. */
export class Intruder {
  readonly identity = createIdentity();
  readonly closed: Promise<number>;
  readonly #channel: Channel;
  readonly #messages: CoordinatorMessage[] = [];
  #wake: () => void = () => {};

  constructor(channel: Channel) {
    this.#channel = channel;
    this.closed = new Promise((resolve) => {
      channel.listen({
        onFrame: (frame) => {
          this.#messages.push(decodeFrame(frame, 'coordinator'));
          this.#wake();
        },
        onClose: resolve,
      });
    });
  }

  static async dial(address: string): Promise<Intruder> {
    const url = new URL(address);
    return new Intruder(await dial({ url, invitedHost: url.hostname, timing: quick }));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#channel.send(bytes).catch(() => {}); // it may have been thrown out already
  }

  /** Anything, sound or not. */
  send(message: Record<string, unknown>): void {
    this.sendBytes(encode(message));
  }

  /** The next message of this type; others before it are skipped. */
  async next<Type extends CoordinatorMessage['type']>(type: Type): Promise<MessageOf<Type>> {
    for (;;) {
      const message = this.#messages.shift();
      if (message?.type === type) return message as MessageOf<Type>;
      if (!message) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** Goes as far as `join`; `overrides` replace fields after they were signed. */
  async join(invitation: string, overrides: Record<string, unknown> = {}): Promise<void> {
    const { federation, token } = parseInvitation(invitation);
    const siteNonce = randomBytes(32);
    this.send({ type: 'hello', version: limits.version, key: this.identity.publicKey, nonce: siteNonce });
    const { key, nonce } = await this.next('challenge');
    const sealing = createSealingKeys(this.identity, federation, 'Intruder');
    const fields = {
      token,
      name: 'Intruder',
      volumes: 5,
      sealingKey: sealing.publicKey,
      sealingSignature: sealing.signature,
      holding: null,
    };
    const handshake = {
      federation,
      siteKey: this.identity.publicKey,
      siteNonce,
      coordinatorKey: key,
      coordinatorNonce: nonce,
      binding: null,
    };
    const signature = signJoin(this.identity, handshake, fields);
    this.send({ type: 'join', ...fields, signature, ...overrides });
  }
}

/** A TCP relay to a coordinator, for joining through `address` and for cutting the connection. */
export async function cable(
  port: number,
): Promise<{ host: string; port: number; cut(): void; freeze(): void; close(): void }> {
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      ends.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        ends.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const end of ends) end.destroy();
  };
  return {
    host: '127.0.0.1',
    port: (server.address() as { port: number }).port,
    cut,
    /** The open connections carry nothing more, and nobody is told, as when a machine loses its power. */
    freeze() {
      for (const end of ends) end.unpipe().pause();
    },
    close() {
      server.close();
      cut();
    },
  };
}
