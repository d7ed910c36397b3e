/**
 * The safetensors format (https://github.com/huggingface/safetensors, format section): eight bytes of header length,
 * little endian; a JSON header of names, types, shapes and offsets; then the numbers, little endian, without gaps.
 * Weights, checkpoints and stored volumes are all this one format.
 */
import { bytesOf } from './bytes.ts';
import { fault } from './errors.ts';

const types = { F32: Float32Array, U8: Uint8Array, I16: Int16Array, U16: Uint16Array, I32: Int32Array } as const;
type TypeName = keyof typeof types;
export type TensorData = Float32Array | Uint8Array | Int16Array | Uint16Array | Int32Array;

export interface StoredTensor<Data extends TensorData = TensorData> {
  shape: number[];
  data: Data; // row-major
}
export type StoredTensors = Record<string, StoredTensor>;
export type WeightTensors = Record<string, StoredTensor<Float32Array>>;

const HEADER_LIMIT = 1 << 20; // bytes; a U-Net's header is about 10 kB
const ALIGNMENT = 8; // the header is padded with spaces so that numbers start aligned

/** Bytes of a safetensors file. Tensors are laid out sorted by name, so equal tensors give equal bytes. */
export function encodeSafetensors(tensors: StoredTensors, metadata: Record<string, string> = {}): Uint8Array {
  const names = Object.keys(tensors).sort();
  const { text, headerLength, offset } = layOut(
    names.map((name) => {
      const { shape, data } = tensors[name];
      return { name, dtype: typeName(data), shape, bytes: data.byteLength };
    }),
    metadata,
  );
  const bytes = new Uint8Array(8 + headerLength + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(text, 8);
  let at = 8 + headerLength;
  for (const name of names) {
    const { data } = tensors[name];
    bytes.set(bytesOf(data), at);
    at += data.byteLength;
  }
  return bytes;
}

/** How many bytes `encodeSafetensors` makes of float32 tensors of these shapes. */
export function safetensorsBytes(shapes: Record<string, number[]>): number {
  const entries = Object.keys(shapes)
    .sort()
    .map((name) => {
      const bytes = Float32Array.BYTES_PER_ELEMENT * shapes[name].reduce((product, side) => product * side, 1);
      return { name, dtype: 'F32' as const, shape: shapes[name], bytes };
    });
  const { headerLength, offset } = layOut(entries, {});
  return 8 + headerLength + offset;
}

/** The header's text and padded length, and the bytes of all numbers. */
function layOut(
  entries: { name: string; dtype: TypeName; shape: number[]; bytes: number }[],
  metadata: Record<string, string>,
): { text: Uint8Array; headerLength: number; offset: number } {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let offset = 0;
  for (const { name, dtype, shape, bytes } of entries) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  return { text, headerLength: Math.ceil(text.length / ALIGNMENT) * ALIGNMENT, offset };
}

/**
 * Reads and checks the whole file: lengths, types, shapes, offsets without gap or overlap. `source` names the bytes in
 * the error. Data is copied, so the input may be reused.
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  source: string,
): { tensors: StoredTensors; metadata: Record<string, string> } {
  const broken = (reason: string) => fault('storage.safetensors-broken', { source, reason });
  if (bytes.length < 8) throw broken('it is shorter than its length field');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > HEADER_LIMIT || 8 + headerLength > bytes.length)
    throw broken('its header is longer than the file');
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + headerLength)));
  } catch {
    throw broken('its header is not JSON');
  }
  if (header === null || typeof header !== 'object' || Array.isArray(header)) throw broken('its header is no object');
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, unknown>;
  if (!isStringRecord(metadata)) throw broken('its metadata is not text');

  const tensors: StoredTensors = Object.create(null);
  const base = 8 + headerLength;
  const spans: [number, number][] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: span } = (entry ?? {}) as Record<string, unknown>;
    if (typeof dtype !== 'string' || !Object.hasOwn(types, dtype)) throw broken(`tensor ${name} has an unknown type`);
    if (!isCounts(shape) || !isCounts(span) || span.length !== 2) throw broken(`tensor ${name} has no shape or place`);
    const Data = types[dtype as TypeName];
    const length = shape.reduce((product, side) => product * side, 1);
    const [start, end] = span;
    if (end - start !== length * Data.BYTES_PER_ELEMENT || base + end > bytes.length) {
      throw broken(`tensor ${name} does not fit its shape`);
    }
    spans.push([start, end]);
    // Not `slice`, which on Node's Buffer copies nothing and would give the buffer's whole pool.
    tensors[name] = { shape, data: new Data(new Uint8Array(bytes.subarray(base + start, base + end)).buffer) };
  }
  spans.sort((a, b) => a[0] - b[0]);
  let reached = 0;
  for (const [start, end] of spans) {
    if (start !== reached) throw broken('its tensors overlap or leave gaps');
    reached = end;
  }
  if (base + reached !== bytes.length) throw broken('it has bytes that belong to no tensor');
  return { tensors, metadata };
}

/** As `decodeSafetensors`, for weights: every tensor must be float32 and every number finite. */
export function decodeWeights(
  bytes: Uint8Array,
  source: string,
): { weights: WeightTensors; metadata: Record<string, string> } {
  const { tensors, metadata } = decodeSafetensors(bytes, source);
  for (const [name, { data }] of Object.entries(tensors)) {
    if (!(data instanceof Float32Array)) {
      throw fault('storage.safetensors-broken', { source, reason: `tensor ${name} is not float32` });
    }
    if (!data.every(Number.isFinite)) {
      throw fault('storage.safetensors-broken', { source, reason: `tensor ${name} holds a number that is not finite` });
    }
  }
  return { weights: tensors as WeightTensors, metadata };
}

function typeName(data: TensorData): TypeName {
  for (const name of Object.keys(types) as TypeName[]) if (data instanceof types[name]) return name;
  throw new TypeError('no safetensors type for this array');
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function isStringRecord(value: unknown): value is Record<string, string> {
  return (
    value !== null && typeof value === 'object' && Object.values(value).every((member) => typeof member === 'string')
  );
}
