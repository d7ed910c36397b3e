/**
 * What sites and coordinator say to each other, message by message, as PROTOCOL.md describes it. Parsing needs nothing
 * of Node. A message that has a `bytes` field is followed by that many bytes in `part` messages.
 */
import { decode, encode } from '@msgpack/msgpack';
import { z } from 'zod';
import { fault } from '../errors.ts';
import { agreedPlan, planSchema } from '../plan.ts';
import { closeCodes } from './codes.ts';
import { limits } from './limits.ts';
import { answerSubjects, phases, stages } from './rounds.ts';

/** Exactly this many bytes. */
const bytes = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length);
const publicKey = bytes(32);
const signature = bytes(64);
const nonce = bytes(32);

/** Letters, marks, digits, punctuation, symbols and plain spaces: nothing that moves a cursor or turns text around. */
const text = (length: number) =>
  z
    .string()
    .min(1)
    .max(length)
    .regex(/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u);
export const nameSchema = text(limits.nameLength);

const stage = z.enum(stages);
const round = z.int().min(1).max(limits.rounds);
const volumes = z.int().min(1).max(limits.volumes);
const time = z.int().min(0).max(1e9); // ms
const about = z.enum(answerSubjects);
const sealedParts = {
  ephemeral: publicKey, // X25519
  nonce: bytes(12),
  signature,
};
const wrappedKey = bytes(48);

const part = z.strictObject({
  type: z.literal('part'),
  bytes: z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length > 0 && value.length <= limits.partBytes,
  ),
});

const fromSite = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), version: z.int().min(0).max(65_535), key: publicKey, nonce }),
  z.strictObject({
    type: z.literal('join'),
    signature,
    token: bytes(16),
    name: nameSchema,
    volumes,
    sealingKey: publicKey,
    sealingSignature: signature,
    holding: z.strictObject({ stage, round, weights: bytes(32) }).nullable(),
  }),
  z.strictObject({ type: z.literal('look'), signature, token: bytes(16) }),
  z.strictObject({
    type: z.literal('features'),
    stage,
    round,
    ...sealedParts,
    keys: z
      .array(z.strictObject({ to: publicKey, wrapped: wrappedKey }))
      .min(1)
      .max(limits.sites),
    bytes: z.int().min(1).max(limits.weightsBytes),
  }),
  z.strictObject({ type: z.literal('withhold'), stage, round }),
  z.strictObject({
    type: z.literal('update'),
    stage,
    round,
    volumes,
    loss: z.number().min(-limits.loss).max(limits.loss).nullable(),
    bytes: z.int().min(1).max(limits.weightsBytes),
  }),
  z.strictObject({ type: z.literal('sit-out'), stage, round }),
  z.strictObject({ type: z.literal('leave'), reason: text(limits.reasonLength) }),
  part,
]);

const rosterEntry = z.strictObject({
  name: nameSchema,
  key: publicKey,
  sealingKey: publicKey,
  sealingSignature: signature,
  present: z.boolean(),
});

const fromCoordinator = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('challenge'), key: publicKey, nonce, bound: z.boolean(), signature }),
  z.strictObject({
    type: z.literal('admitted'),
    federation: nameSchema,
    coordinator: nameSchema,
    plan: planSchema,
    planHash: bytes(32),
  }),
  z.strictObject({
    type: z.literal('shown'),
    signature,
    federation: nameSchema,
    coordinator: nameSchema,
    plan: planSchema,
    planHash: bytes(32),
    state: z.enum(['waiting', 'running', 'finished']),
    sitesNeeded: z.int().min(1).max(limits.sites),
    sites: z.int().min(0).max(limits.sites),
    joinedBefore: z.boolean(),
  }),
  z.strictObject({ type: z.literal('roster'), sites: z.array(rosterEntry).min(1).max(limits.sites) }),
  z.strictObject({
    type: z.literal('announce'),
    stage,
    round,
    rounds: round,
    phase: z.enum(['features', 'training']),
    remaining: time,
    members: z.array(publicKey).min(1).max(limits.sites),
    received: z.strictObject({ features: z.boolean(), update: z.boolean() }),
    bytes: z.int().min(0).max(limits.weightsBytes),
  }),
  z.strictObject({
    type: z.literal('relayed'),
    stage,
    round,
    from: publicKey,
    ...sealedParts,
    wrapped: wrappedKey,
    bytes: z.int().min(1).max(limits.weightsBytes),
  }),
  z.strictObject({ type: z.literal('training'), stage, round, remaining: time }),
  z.strictObject({
    type: z.literal('waiting'),
    stage,
    round,
    phase: z.enum(phases).exclude(['finished']),
    remaining: time.nullable(),
    missing: z.array(publicKey).max(limits.sites),
  }),
  z.strictObject({ type: z.literal('counted'), about, stage, round }),
  z.strictObject({
    type: z.literal('refused'),
    about,
    stage,
    round,
    code: z.literal([closeCodes.late, closeCodes['old-round'], closeCodes['not-member']]),
  }),
  z.strictObject({
    type: z.literal('round-over'),
    stage,
    round,
    counted: z.boolean(),
    sites: z.int().min(0).max(limits.sites),
  }),
  z.strictObject({ type: z.literal('finished'), bytes: z.int().min(1).max(limits.weightsBytes) }),
  part,
]);

export type SiteMessage = z.infer<typeof fromSite>;
export type CoordinatorMessage = z.infer<typeof fromCoordinator>;
export type Message = SiteMessage | CoordinatorMessage;
export type RosterEntry = z.infer<typeof rosterEntry>;
export type MessageOf<Name extends Message['type']> = Extract<Message, { type: Name }>;

/** The schema of what one side may send; each side parses with the other's. */
export type Sender = 'site' | 'coordinator';
const schemas = { site: fromSite, coordinator: fromCoordinator };

/** Bytes of one frame. */
export function encodeFrame(message: Message): Uint8Array {
  return encode('plan' in message ? { ...message, plan: agreedPlan(message.plan) } : message);
}

/** Reads and checks one frame. Throws `federation.bad-message`; the reason holds no text of the peer's. */
export function decodeFrame(frame: Uint8Array, sender: 'site'): SiteMessage;
export function decodeFrame(frame: Uint8Array, sender: 'coordinator'): CoordinatorMessage;
export function decodeFrame(frame: Uint8Array, sender: Sender): Message;
export function decodeFrame(frame: Uint8Array, sender: Sender): Message {
  let value: unknown;
  try {
    value = decode(frame, {
      maxStrLength: limits.stringLength,
      maxBinLength: limits.partBytes,
      maxArrayLength: limits.sites,
      maxMapLength: limits.mapLength,
      maxExtLength: 0,
    });
  } catch (error) {
    throw fault('federation.bad-message', { reason: 'it is not MessagePack within the limits' }, error);
  }
  const parsed = schemas[sender].safeParse(value);
  if (parsed.success) return parsed.data;
  // Paths hold only names of our schema: zod stops at a member that it does not know.
  const [issue] = parsed.error.issues;
  throw fault('federation.bad-message', { reason: `${issue.path.join('.') || 'message'}: ${issue.code}` });
}
