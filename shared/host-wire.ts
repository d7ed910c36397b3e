/**
 * How a page in a browser and its host speak over their WebSocket: birpc's messages as MessagePack, in which typed
 * arrays stay what they are. One message a frame.
 */
import { decode, ExtensionCodec, encode } from '@msgpack/msgpack';
import type { Reply, SiteEvent } from './api.ts';

/** Name of the WebSocket's subprotocol. The page offers its key as a second one, because it cannot send headers. */
export const HOST_PROTOCOL = 'isocenter.host.1';

/** Largest frame from a page: a stroke of four million runs, twice four bytes each, and room for the rest. */
export const LARGEST_FRAME = 40 * 2 ** 20; // bytes

/** What a page may call at its host. */
export interface HostFunctions {
  answer(name: string, args: unknown[]): Promise<Reply>;
  /** Only says that the way is open. */
  alive(): boolean;
}

/** What a host calls at its pages. */
export interface PageFunctions {
  event(event: SiteEvent): void;
}

export interface UploadAnswer {
  path: string; // on the site's machine
}

// Extension numbers are part of the wire. Uint8Array is MessagePack's own `bin`.
const kinds = [Uint32Array, Float32Array, Uint16Array, Int16Array, Int32Array, Float64Array] as const;
const codec = new ExtensionCodec();
for (const [type, Kind] of kinds.entries()) {
  codec.register({
    type,
    encode: (value) =>
      value instanceof Kind ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null,
    decode: (bytes) => new Kind(bytes.slice().buffer), // a copy: the bytes need not begin where the type may
  });
}

export function encodeFrame(message: unknown): Uint8Array<ArrayBuffer> {
  return encode(message, { extensionCodec: codec, ignoreUndefined: true });
}

/** Throws where the bytes are no message of birpc. */
export function decodeFrame(frame: Uint8Array): object {
  const message = decode(frame, { extensionCodec: codec }) as Record<string, unknown> | null;
  const isRequest = message?.t === 'q' && typeof message.m === 'string' && Array.isArray(message.a);
  if (!isRequest && message?.t !== 's') throw new Error('no message');
  if (message.i !== undefined && typeof message.i !== 'string') throw new Error('no message');
  return message;
}
