/**
 * The two scripts that every document of a window begins with: one in the page's world, one in the preload script's.
 */
import { makeBridge, type WorldBridge } from './bridge.ts';
import { type Codec, makeCodec } from './codec.ts';

export const PRELOAD_WORLD = 'Electron Isolated Context';
export const BINDING = 'standinPost';
export const RECEIVE = 'standinReceive';

/** What passes between a page and the main process. */
export type PageNote =
  | { kind: 'invoke'; id: number; channel: string; args: unknown[] }
  | { kind: 'send'; channel: string; args: unknown[] }
  | { kind: 'preload-error'; message: string };
export type MainNote =
  | { kind: 'reply'; id: number; ok: boolean; value: unknown }
  | { kind: 'message'; channel: string; args: unknown[] };

export interface Preload {
  source: string;
  file: string;
  versions: NodeJS.ProcessVersions;
}

/** `secret`: so that a page cannot speak for the other world. */
export function pageScript(secret: string): string {
  return `if (window === window.top) (${runPageWorld})((${makeBridge})(${JSON.stringify(secret)}, 'page', 'preload'));`;
}

export function preloadScript(secret: string, { source, file, versions }: Preload): string {
  const base64 = '{ encode: (bytes) => bytes.toBase64(), decode: (text) => Uint8Array.fromBase64(text) }';
  const preload = `(require, module, exports, process) => {${source}\n}`;
  return `if (window === window.top) (${runPreloadWorld})(
    (${makeBridge})(${JSON.stringify(secret)}, 'preload', 'page'), (${makeCodec})(${base64}), globalThis.${BINDING},
    '${RECEIVE}', ${JSON.stringify(versions)}, ${preload});
  //# sourceURL=file://${file}`;
}

function runPageWorld(bridge: WorldBridge): void {
  const freeze = (value: unknown): unknown => {
    if (value !== null && typeof value === 'object' && !ArrayBuffer.isView(value)) {
      for (const item of Object.values(value)) freeze(item);
      Object.freeze(value);
    }
    return value;
  };
  bridge.onExpose((key, api) => {
    if (key in globalThis) throw new Error('Cannot bind an API on top of an existing property on the window object');
    Object.defineProperty(globalThis, key, { value: freeze(api), enumerable: true });
  });
}

function runPreloadWorld(
  bridge: WorldBridge,
  codec: Codec,
  post: (text: string) => void,
  receive: string,
  versions: object,
  preload: (require: unknown, module: unknown, exports: unknown, process: unknown) => void,
): void {
  type Listener = (event: object, ...args: unknown[]) => void;
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const listeners = new Map<string, Listener[]>();
  let calls = 0;
  const say = (note: PageNote) => post(codec.encode(note));
  const ipcRenderer = {
    invoke(channel: string, ...args: unknown[]) {
      const id = ++calls;
      say({ kind: 'invoke', id, channel, args });
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    send: (channel: string, ...args: unknown[]) => say({ kind: 'send', channel, args }),
    on(channel: string, listener: Listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
    off(channel: string, listener: Listener) {
      listeners.set(
        channel,
        (listeners.get(channel) ?? []).filter((known) => known !== listener),
      );
      return ipcRenderer;
    },
  };
  Object.defineProperty(globalThis, receive, {
    value: (text: string) => {
      const note = codec.decode(text) as MainNote;
      if (note.kind === 'message') {
        for (const listener of listeners.get(note.channel) ?? []) listener({ sender: ipcRenderer }, ...note.args);
        return;
      }
      const call = waiting.get(note.id);
      waiting.delete(note.id);
      if (note.ok) call?.resolve(note.value);
      else call?.reject(new Error(String(note.value)));
    },
  });
  const electron = {
    ipcRenderer,
    contextBridge: { exposeInMainWorld: (key: string, api: unknown) => bridge.expose(key, api) },
    webUtils: { getPathForFile: () => '' },
  };
  const require = (name: string) => {
    if (name === 'electron') return electron;
    throw new Error(`module not found: ${name}`); // a sandboxed preload script has no others
  };
  const process = { type: 'renderer', sandboxed: true, contextIsolated: true, versions };
  const module = { exports: {} };
  try {
    preload(require, module, module.exports, process);
  } catch (error) {
    say({ kind: 'preload-error', message: String((error as Error)?.stack ?? error) });
  }
}
