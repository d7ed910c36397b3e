import { readFileSync } from 'node:fs';
import { decode, encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { errorTexts } from '../errors.ts';
import { type Plan, planSchema } from '../plan.ts';
import { closeCodes, closeName, mayRetry } from './codes.ts';
import { limits } from './limits.ts';
import { decodeFrame, encodeFrame, nameSchema } from './messages.ts';

const protocolText = readFileSync(new URL('./PROTOCOL.md', import.meta.url), 'utf8');
const bad = expect.objectContaining({ code: 'federation.bad-message' });
const bytes = (length: number) => new Uint8Array(length).fill(7);
const update = { type: 'update', stage: 'pretraining', round: 3, volumes: 12, loss: 0.5, bytes: 20 };

describe('frames', () => {
  it('are MessagePack maps, as the example in PROTOCOL.md shows byte for byte', () => {
    const example = protocolText.match(/\((\d+) bytes\):\n\n((?: {4}.*\n)+)/);
    const bytesOf = (line: string) =>
      line
        .slice(4)
        .replace(/ {2,}map.*| "?".*$/, '')
        .replaceAll(' ', '');
    const frame = Buffer.from((example?.[2] ?? '').trimEnd().split('\n').map(bytesOf).join(''), 'hex');
    expect(frame.length).toBe(Number(example?.[1]));
    expect(decodeFrame(frame, 'site')).toEqual({ type: 'withhold', stage: 'pretraining', round: 3 });
    expect(Buffer.from(encodeFrame({ type: 'withhold', stage: 'pretraining', round: 3 }))).toEqual(frame);
  });

  it('of a look are laid out as any other', () => {
    const literal = Buffer.concat([
      // Map of 3, "type": "look", "signature": bin 64
      Buffer.from('83a474797065a46c6f6f6ba97369676e6174757265c440', 'hex'),
      bytes(64),
      Buffer.from('a5746f6b656ec410', 'hex'), // "token": bin 16
      bytes(16),
    ]);
    const message = { type: 'look' as const, signature: bytes(64), token: bytes(16) };
    expect(Buffer.from(encodeFrame(message))).toEqual(literal);
    expect(decodeFrame(new Uint8Array(literal), 'site')).toEqual(message);
    expect(() => decodeFrame(literal, 'coordinator')).toThrow(bad);
  });

  it('of whom a phase waits for are laid out as any other', () => {
    const literal = Buffer.concat([
      // Map of 6, "type": "waiting", "stage": "finetuning"
      Buffer.from('86a474797065a777616974696e67a57374616765aa66696e6574756e696e67', 'hex'),
      Buffer.from('a5726f756e6402a57068617365a775706461746573', 'hex'), // "round": 2, "phase": "updates"
      // "remaining": 1000, "missing": array of 1 of bin 32
      Buffer.from('a972656d61696e696e67cd03e8a76d697373696e6791c420', 'hex'),
      bytes(32),
    ]);
    const place = { stage: 'finetuning' as const, round: 2, phase: 'updates' as const };
    const message = { type: 'waiting' as const, ...place, remaining: 1000, missing: [bytes(32)] };
    expect(Buffer.from(encodeFrame(message))).toEqual(literal);
    expect(decodeFrame(new Uint8Array(literal), 'coordinator')).toEqual(message);
    expect(() => decodeFrame(literal, 'site')).toThrow(bad);
  });

  it('names the engine of a plan only where every site is to compute with it', () => {
    // Sites of versions that knew no engines, or no methods, refuse a plan with a setting that they do not know.
    const admitted = (plan: Plan) =>
      encodeFrame({ type: 'admitted', federation: 'F', coordinator: 'C', plan, planHash: new Uint8Array(32) });
    const usual = admitted(planSchema.parse({}));
    expect((decode(usual) as { plan: object }).plan).not.toHaveProperty('engine');
    expect((decode(usual) as { plan: object }).plan).not.toHaveProperty('method');
    expect(decodeFrame(usual, 'coordinator')).toMatchObject({ plan: { engine: 'auto', method: 'fcl' } });
    const named = admitted(planSchema.parse({ engine: 'webgpu' }));
    expect(decodeFrame(named, 'coordinator')).toMatchObject({ plan: { engine: 'webgpu' } });
  });

  it.each([
    ['somebody twice too long', { missing: [bytes(33)] }],
    ['more missing than there can be sites', { missing: Array.from({ length: limits.sites + 1 }, () => bytes(32)) }],
    ['nobody at all', { missing: null }],
    ['round 0', { round: 0 }],
    ['the phase after the last', { phase: 'finished' }],
    ['a time below zero', { remaining: -1 }],
    ['a name', { name: 'A' }],
  ])('of whom a phase waits for refuse %s', (_name, change) => {
    const place = { stage: 'pretraining', round: 1, phase: 'features' };
    const frame = encode({ type: 'waiting', ...place, remaining: 5, missing: [], ...change });
    expect(() => decodeFrame(frame, 'coordinator')).toThrow(bad);
  });

  it('are read as what one side may say, not the other', () => {
    const frame = encode({ type: 'withhold', stage: 'pretraining', round: 3 });
    expect(() => decodeFrame(frame, 'coordinator')).toThrow(bad);
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['garbage', bytes(100)],
    ['text', new TextEncoder().encode('{"type":"withhold"}')],
    ['a cut frame', encode(update).subarray(0, 20)],
    ['two frames in one', Buffer.concat([encode(update), encode(update)])],
    ['an array that claims 4 billion members', Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)],
    ['a text that claims 4 billion characters', Uint8Array.of(0xdb, 0xff, 0xff, 0xff, 0xff)],
    ['10,000 nested arrays', new Uint8Array(10_000).fill(0x91)],
    ['an extension type', Uint8Array.of(0xd4, 0x05, 0x01)],
    ['a number', encode(5)],
    ['null', encode(null)],
    ['__proto__ as a member', Uint8Array.of(0x81, 0xa9, ...new TextEncoder().encode('__proto__'), 0x80)],
    ['constructor as a type', encode({ type: 'constructor' })],
    ['no type', encode({ stage: 'pretraining', round: 3 })],
    ['an unknown member', encode({ ...update, extra: 1 })],
    ['a prototype member', encode({ ...update, prototype: {} })],
    ['a missing member', encode({ type: 'withhold', stage: 'pretraining' })],
    ['an unknown stage', encode({ ...update, stage: 'testing' })],
    ['round 0', encode({ ...update, round: 0 })],
    ['a round that is no whole number', encode({ ...update, round: 1.5 })],
    ['a round too far', encode({ ...update, round: limits.rounds + 1 })],
    ['NaN as a loss', encode({ ...update, loss: Number.NaN })],
    ['infinity as a loss', encode({ ...update, loss: Number.POSITIVE_INFINITY })],
    ['a text as a loss', encode({ ...update, loss: '0.5' })],
    ['no volumes', encode({ ...update, volumes: 0 })],
    ['too many volumes', encode({ ...update, volumes: limits.volumes + 1 })],
    ['negative bytes', encode({ ...update, bytes: -1 })],
    ['too many bytes', encode({ ...update, bytes: limits.weightsBytes + 1 })],
    ['a huge integer', Uint8Array.of(0x81, 0xa5, 0x72, 0x6f, 0x75, 0x6e, 0x64, 0xcf, ...bytes(8))],
    ['a short key', encode({ type: 'hello', version: 1, key: bytes(31), nonce: bytes(32) })],
    ['a text as a key', encode({ type: 'hello', version: 1, key: 'k'.repeat(32), nonce: bytes(32) })],
    ['a look without a signature', encode({ type: 'look', token: bytes(16) })],
    ['a look with a name', encode({ type: 'look', token: bytes(16), signature: bytes(64), name: 'A' })],
    ['an empty part', encode({ type: 'part', bytes: bytes(0) })],
    ['too large a part', encode({ type: 'part', bytes: bytes(limits.partBytes + 1) })],
    ['a reason that moves the cursor', encode({ type: 'leave', reason: 'a\u001b[2Jb' })],
  ])('refuse %s', (_name, frame) => {
    expect(() => decodeFrame(frame, 'site')).toThrow(bad);
    expect(({} as Record<string, unknown>).extra).toBeUndefined();
  });

  it('say what is wrong without repeating the peer', () => {
    const frame = encode({ ...update, '<script>': 1 });
    expect(() => decodeFrame(frame, 'site')).toThrow(/message: unrecognized_keys\.$/);
  });

  it('of the largest federation fit into one message', () => {
    const site = {
      name: '😀'.repeat(limits.nameLength / 2),
      key: bytes(32),
      sealingKey: bytes(32),
      sealingSignature: bytes(64),
      present: true,
    };
    const roster = encodeFrame({ type: 'roster', sites: Array.from({ length: limits.sites }, () => site) });
    expect(roster.length).toBeLessThan(limits.frameBytes);
    expect(decodeFrame(roster, 'coordinator').type).toBe('roster');
    const missing = Array.from({ length: limits.sites }, () => bytes(32));
    const open = { stage: 'pretraining' as const, round: 1, phase: 'training' as const, remaining: 1e9, missing };
    expect(encodeFrame({ type: 'waiting', ...open }).length).toBeLessThan(limits.frameBytes);
    const keys = Array.from({ length: limits.sites }, () => ({ to: bytes(32), wrapped: bytes(48) }));
    const place = { stage: 'pretraining' as const, round: 1 };
    const sealed = { ephemeral: bytes(32), nonce: bytes(12), signature: bytes(64), bytes: 1 };
    expect(encodeFrame({ type: 'features', ...place, ...sealed, keys }).length).toBeLessThan(limits.frameBytes);
    expect(encodeFrame({ type: 'part', bytes: bytes(limits.partBytes) }).length).toBeLessThan(limits.frameBytes);
  });
});

describe('names', () => {
  it('are those that people write, and nothing that changes a terminal', () => {
    for (const name of ["St. Mary's", 'Universitätsklinikum Köln', '北京医院', 'हॉस्पिटल', 'A&E #1 (north)']) {
      expect(nameSchema.safeParse(name).success, name).toBe(true);
    }
    for (const name of ['', 'a\nb', 'a\u202eb', 'a\u200bb', 'a\u0000', '\u001b[31m', 'x'.repeat(65)]) {
      expect(nameSchema.safeParse(name).success, JSON.stringify(name)).toBe(false);
    }
  });
});

describe('close codes', () => {
  it('are distinct, private, and named', () => {
    const codes = Object.values(closeCodes);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => code >= 4000 && code < 5000)).toBe(true);
    expect(closeName(4003)).toBe('unknown-token');
    expect(closeName(1006)).toBeUndefined();
  });

  it('stand in PROTOCOL.md, each with its name, whether to come back, and an error text', () => {
    for (const [name, code] of Object.entries(closeCodes)) {
      const rows = protocolText.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
      const row = rows.find((cells) => cells[1] === String(code));
      expect(row?.[2]).toBe(name);
      const advice = row?.[4];
      if (advice) expect(advice, name).toBe(mayRetry(code) ? 'yes' : 'no');
      expect(errorTexts).toHaveProperty([`federation.${name}`]);
    }
  });

  it('tell whether to come back', () => {
    expect(mayRetry(1006)).toBe(true);
    expect(mayRetry(1009)).toBe(false);
    expect(mayRetry(closeCodes.stopping)).toBe(true);
    expect(mayRetry(closeCodes['token-used'])).toBe(false);
    expect(mayRetry(closeCodes.replaced)).toBe(false);
  });
});
