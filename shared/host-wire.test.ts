import { encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame } from './host-wire.ts';

const request = (...args: unknown[]) => ({ t: 'q', m: 'answer', i: 'x', a: ['draw', args] });

describe('a frame', () => {
  it.each([
    new Uint32Array([0, 1, 4_294_967_295]),
    new Uint8Array([0, 255]),
    new Float32Array([0.1, -1e30, Number.NaN]),
    new Int16Array([-32_768, 32_767]),
    new Uint16Array([65_535]),
    new Int32Array([-1]),
    new Float64Array([Math.PI]),
    new Uint32Array(0),
  ])('keeps %o what it is', (array) => {
    // Behind strings of all lengths, so that its bytes begin at every offset.
    for (let length = 0; length < 9; length++) {
      const message = request('a'.repeat(length), { inside: array }, array);
      expect(decodeFrame(encodeFrame(message))).toEqual(message);
    }
  });

  it('keeps a part of an array that part', () => {
    const whole = new Uint32Array([1, 2, 3, 4]);
    const message = request(whole.subarray(1, 3));
    expect(decodeFrame(encodeFrame(message))).toEqual(request(new Uint32Array([2, 3])));
  });

  it.each([
    null,
    'text',
    [],
    {},
    { t: 'q', m: 'answer', a: 'no list' },
    { t: 'q', m: 1, a: [] },
    { t: 'q', m: 'answer', a: [], i: 5 },
    { t: 'z' },
  ])('is refused where it holds %j', (value) => {
    expect(() => decodeFrame(encode(value))).toThrow();
  });

  it('is refused where it ends too early', () => {
    expect(() => decodeFrame(encodeFrame(request(1, 2)).slice(0, -1))).toThrow();
  });
});
