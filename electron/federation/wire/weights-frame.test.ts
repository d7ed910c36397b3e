import { describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../../../shared/safetensors.ts';
import { tinyWeights } from '../testing.ts';
import { layoutOf, readWeights, stripMetadata } from './weights-frame.ts';

const layout = layoutOf(readWeights(tinyWeights(0), 'B'));
const refusal = (bytes: Uint8Array) => {
  try {
    readWeights(bytes, 'B', layout);
    return 'read';
  } catch (error) {
    expect(error).toMatchObject({ code: 'federation.bad-weights' });
    return (error as Error).message;
  }
};
const tensor = (data: Float32Array | Int32Array, shape = [data.length]) => ({ shape, data });

describe('weights on the wire', () => {
  it('are read where names and shapes are the global ones', () => {
    expect(refusal(tinyWeights(5))).toBe('read');
  });

  it('are refused with what is wrong with them', () => {
    expect(refusal(new Uint8Array(100).fill(7))).toMatch(/header/);
    expect(refusal(encodeSafetensors({ other: tensor(new Float32Array(3)) }))).toMatch(/names or shapes/);
    expect(refusal(encodeSafetensors({ 'encoder.kernel': tensor(new Float32Array(3), [1, 3]) }))).toMatch(/shapes/);
    expect(refusal(encodeSafetensors({ 'encoder.kernel': tensor(new Int32Array(3)) }))).toMatch(/float32/);
    expect(refusal(tinyWeights(Number.NaN))).toMatch(/finite/);
    expect(refusal(tinyWeights(Number.NEGATIVE_INFINITY))).toMatch(/finite/);
    expect(refusal(tinyWeights(1e30))).toMatch(/beyond/);
    expect(refusal(encodeSafetensors({}))).toMatch(/empty/);
    const named = encodeSafetensors({ 'encoder.kernel': tensor(new Float32Array(3)) }, { patient: 'Doe' });
    expect(refusal(named)).toMatch(/metadata/);
    expect(refusal(stripMetadata(named, 'B'))).toBe('read');
  });

  it('with a tensor called __proto__ harm nothing', () => {
    const header = '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  ';
    const bytes = new Uint8Array(8 + header.length + 4);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    expect(refusal(bytes)).toMatch(/names or shapes/);
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });
});
