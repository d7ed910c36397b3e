/**
 * Structured clones as text, the part of them that apps use, between page and main process. The function is also put
 * into pages as it stands here, so it uses nothing around it.
 */
export interface Codec {
  encode(value: unknown): string;
  decode(text: string): unknown;
}

interface Base64 {
  encode(bytes: Uint8Array): string;
  decode(text: string): Uint8Array<ArrayBuffer>;
}

export function makeCodec(base64: Base64): Codec {
  type Tagged = { $: string; v?: unknown; k?: string };
  const bytesOf = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

  function wrap(value: unknown): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') return Number.isFinite(value) ? value : { $: 'number', v: String(value) };
    if (value === undefined) return { $: 'undefined' };
    if (typeof value === 'bigint') return { $: 'bigint', v: String(value) };
    if (typeof value !== 'object' || value instanceof Promise) throw new Error('An object could not be cloned.');
    if (Array.isArray(value)) return value.map(wrap);
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (ArrayBuffer.isView(value)) return { $: 'view', k: kind, v: base64.encode(bytesOf(value)) };
    if (value instanceof ArrayBuffer) return { $: 'buffer', v: base64.encode(new Uint8Array(value)) };
    if (value instanceof Date) return { $: 'date', v: value.getTime() };
    if (value instanceof Map) return { $: 'map', v: [...value].map(([key, item]) => [wrap(key), wrap(item)]) };
    if (value instanceof Set) return { $: 'set', v: [...value].map(wrap) };
    if (value instanceof Error) return { $: 'error', k: value.name, v: value.message };
    return { $: 'object', v: Object.fromEntries(Object.entries(value).map(([key, item]) => [key, wrap(item)])) };
  }

  function unwrap(value: unknown): unknown {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(unwrap);
    const { $, k = '', v } = value as Tagged;
    if ($ === 'number') return Number(v);
    if ($ === 'undefined') return undefined;
    if ($ === 'bigint') return BigInt(v as string);
    if ($ === 'buffer') return base64.decode(v as string).buffer;
    if ($ === 'view') {
      const View = (globalThis as unknown as Record<string, Uint8ArrayConstructor>)[k];
      return new View(base64.decode(v as string).buffer);
    }
    if ($ === 'date') return new Date(v as number);
    if ($ === 'map') return new Map((v as unknown[][]).map(([key, item]) => [unwrap(key), unwrap(item)]));
    if ($ === 'set') return new Set((v as unknown[]).map(unwrap));
    if ($ === 'error') return Object.assign(new Error(v as string), { name: k });
    return Object.fromEntries(Object.entries(v as object).map(([key, item]) => [key, unwrap(item)]));
  }

  return { encode: (value) => JSON.stringify(wrap(value)), decode: (text) => unwrap(JSON.parse(text)) };
}

/** The codec of the main process. */
export const codec = makeCodec({
  encode: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  decode: (text) => new Uint8Array(Buffer.from(text, 'base64')),
});
