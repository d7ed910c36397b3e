import { describe, expect, it } from 'vitest';
import { isFault } from './errors.ts';
import { decodeSafetensors, decodeWeights, encodeSafetensors, type StoredTensors } from './safetensors.ts';

const tensors: StoredTensors = {
  w: { shape: [2, 3], data: Float32Array.of(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5) },
  voxels: { shape: [2, 1, 2], data: Int16Array.of(1, -2, 300, -32768) },
  m: { shape: [3], data: Uint8Array.of(7, 255, 0) },
  u: { shape: [1], data: Uint16Array.of(65535) },
  i: { shape: [1], data: Int32Array.of(-2147483648) },
  none: { shape: [0, 4], data: new Float32Array(0) },
  scalar: { shape: [], data: Float32Array.of(1.5) },
};
const metadata = { plan: '{"a":1}', name: 'Größe' };

// The same tensors written by the format's own library, Python safetensors 0.4.5.
const reference = Buffer.from(
  `yAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJuYW1lIjoiR3LDtsOfZSIsInBsYW4iOiJ7XCJhXCI6MX0ifSwibm9uZSI6eyJkdHlwZSI6IkYzMiIsInNo
YXBlIjpbMCw0XSwiZGF0YV9vZmZzZXRzIjpbMCwwXX0sInNjYWxhciI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbXSwiZGF0YV9vZmZzZXRzIjpbMCw0XX0s
InciOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsM10sImRhdGFfb2Zmc2V0cyI6WzQsMjhdfSwiaSI6eyJkdHlwZSI6IkkzMiIsInNoYXBlIjpbMV0sImRh
dGFfb2Zmc2V0cyI6WzI4LDMyXX0sInUiOnsiZHR5cGUiOiJVMTYiLCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMiOlszMiwzNF19LCJ2b3hlbHMiOnsiZHR5
cGUiOiJJMTYiLCJzaGFwZSI6WzIsMSwyXSwiZGF0YV9vZmZzZXRzIjpbMzQsNDJdfSwibSI6eyJkdHlwZSI6IlU4Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZz
ZXRzIjpbNDIsNDVdfX0gICAAAMA/AAAgwAAAwL8AAAC/AAAAPwAAwD8AACBAAAAAgP//AQD+/ywBAIAH/wA=`,
  'base64',
);

const plain = (decoded: { tensors: StoredTensors; metadata: Record<string, string> }) => ({
  ...decoded,
  tensors: { ...decoded.tensors },
});

/** A file of this header text and data. */
function fileOf(header: string, data = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

describe('safetensors', () => {
  it('are read as the library of the format writes them', () => {
    expect(plain(decodeSafetensors(reference, 'r'))).toEqual({ tensors, metadata });
  });

  it('are read as they were written', () => {
    expect(plain(decodeSafetensors(encodeSafetensors(tensors, metadata), 'r'))).toEqual({ tensors, metadata });
    expect(plain(decodeSafetensors(encodeSafetensors({}), 'r'))).toEqual({ tensors: {}, metadata: {} });
  });

  it('are the same bytes for the same tensors in any order, with aligned numbers', () => {
    const reversed = Object.fromEntries(Object.entries(tensors).reverse());
    expect(encodeSafetensors(reversed)).toEqual(encodeSafetensors(tensors));
    expect(Number(new DataView(encodeSafetensors(tensors).buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  it('write a part of a larger array as that part', () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const { tensors: read } = decodeSafetensors(encodeSafetensors({ a: { shape: [2], data } }), 'r');
    expect(read.a.data).toEqual(Float32Array.of(1, 2));
  });

  it("are read from a Buffer of Node's pool, and copied out of it", () => {
    // Buffer's own slice shares memory with the pool, which once gave 8 kB of strangers' bytes for every tensor.
    const pooled = Buffer.from(encodeSafetensors({ a: { shape: [2], data: Float32Array.of(1, 2) } }));
    const { tensors: read } = decodeSafetensors(pooled, 'r');
    pooled.fill(0xff);
    expect(read.a.data).toEqual(Float32Array.of(1, 2));
  });

  const tensor = (change: object) =>
    JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...change } });
  const four = new Uint8Array(4);

  it.each<[string, Uint8Array]>([
    ['shorter than its length field', new Uint8Array(7)],
    ['longer than the file', fileOf('{}').subarray(0, 9)],
    ['longer than the file', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7b, 0x7d)],
    ['not JSON', fileOf('{')],
    ['not JSON', fileOf('')],
    ['no object', fileOf('[]')],
    ['no object', fileOf('null')],
    ['metadata is not text', fileOf('{"__metadata__":{"a":1}}')],
    ['metadata is not text', fileOf('{"__metadata__":null}')],
    ['unknown type', fileOf(tensor({ dtype: 'F64' }), four)],
    ['unknown type', fileOf(tensor({ dtype: 'toString' }), four)],
    ['unknown type', fileOf('{"a":null}')],
    ['no shape or place', fileOf(tensor({ shape: [-1] }), four)],
    ['no shape or place', fileOf(tensor({ shape: [0.5] }), four)],
    ['no shape or place', fileOf(tensor({ shape: 1 }), four)],
    ['no shape or place', fileOf(tensor({ data_offsets: [0] }), four)],
    ['does not fit its shape', fileOf(tensor({ shape: [2] }), four)],
    ['does not fit its shape', fileOf(tensor({ shape: [2 ** 40, 2 ** 40] }), four)],
    ['does not fit its shape', fileOf(tensor({ data_offsets: [4, 0] }), four)],
    ['does not fit its shape', fileOf(tensor({}))],
    ['overlap or leave gaps', fileOf(tensor({ data_offsets: [4, 8] }), new Uint8Array(8))],
    [
      'overlap or leave gaps',
      fileOf(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        four,
      ),
    ],
    ['belong to no tensor', fileOf(tensor({}), new Uint8Array(5))],
  ])('are refused when broken: %s', (reason, bytes) => {
    expect(() => decodeSafetensors(bytes, 'file.safetensors')).toThrow(
      expect.objectContaining({
        code: 'storage.safetensors-broken',
        message: expect.stringMatching(new RegExp(`^file\\.safetensors .*${reason}`)),
      }),
    );
  });

  it('are read or refused, and nothing else, whatever single byte of the header is changed', () => {
    const bytes = encodeSafetensors(tensors, metadata);
    const end = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    let refused = 0;
    for (let at = 0; at < end; at++) {
      for (const value of [0, 0x20, 0x22, 0x2d, 0x39, 0x7d, 0xff]) {
        const changed = Uint8Array.from(bytes);
        changed[at] = value;
        try {
          decodeSafetensors(changed, 'r');
        } catch (error) {
          if (!isFault(error, 'storage.safetensors-broken')) throw error;
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(end);
  });

  it('hold a tensor called __proto__ like any other', () => {
    const bytes = fileOf('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', four);
    expect(Object.keys(decodeSafetensors(bytes, 'r').tensors)).toEqual(['__proto__']);
  });
});

describe('decodeWeights', () => {
  it('gives finite float32 tensors', () => {
    const { weights } = decodeWeights(encodeSafetensors({ w: tensors.w }), 'r');
    expect({ ...weights }).toEqual({ w: tensors.w });
  });

  it.each([
    ['is not float32', { shape: [3], data: Uint8Array.of(1, 2, 3) }],
    ['not finite', { shape: [1], data: Float32Array.of(Number.NaN) }],
    ['not finite', { shape: [1], data: Float32Array.of(-Infinity) }],
  ])('refuses a tensor that %s', (reason, w) => {
    expect(() => decodeWeights(encodeSafetensors({ w }), 'r')).toThrow(
      expect.objectContaining({ code: 'storage.safetensors-broken', message: expect.stringContaining(reason) }),
    );
  });
});
