/**
 * The bridge of a page in a browser: birpc over a WebSocket to the host on this address, opened again when it breaks.
 */
import { type BirpcReturn, createBirpc } from 'birpc';
import { ApiError, apiVerbs, type SiteApi, type SiteEvent } from '../../shared/api.ts';
import type { ErrorReport } from '../../shared/errors.ts';
import {
  decodeFrame,
  encodeFrame,
  HOST_PROTOCOL,
  type HostFunctions,
  type PageFunctions,
} from '../../shared/host-wire.ts';
import type { Bridge } from '../../shared/shell.ts';
import { texts } from '../texts/index.ts';
import { browserShell } from './browser-shell.ts';

const FIRST_WAIT = 250; // ms before the way is tried again; doubled each time
const LONGEST_WAIT = 8000; // ms
const ASK_EVERY = 20_000; // ms between questions whether the host is there
const ANSWER_WITHIN = 10_000; // ms that it has for that

type Rpc = BirpcReturn<HostFunctions, PageFunctions>;

export function connectToHost(): Bridge {
  const link = new HostLink(takePageKey());
  const api = Object.fromEntries(
    Object.keys(apiVerbs).map((name) => [name, (...args: unknown[]) => link.call(name, args)]),
  );
  return {
    api: api as unknown as SiteApi,
    shell: browserShell,
    onEvent: (listener) => listen(link.eventListeners, listener),
    onConnection: (listener) => listen(link.connectionListeners, listener),
  };
}

class HostLink {
  readonly eventListeners = new Set<(event: SiteEvent) => void>();
  readonly connectionListeners = new Set<(connected: boolean) => void>();
  readonly #pageKey: string;
  #rpc: Promise<Rpc>;
  #wait = FIRST_WAIT;

  constructor(pageKey: string) {
    this.#pageKey = pageKey;
    this.#rpc = this.#open();
  }

  /** Waits for a way that is being opened; while there is none it fails at once. A call is never sent twice. */
  async call(name: string, args: unknown[]): Promise<unknown> {
    const reply = await this.#rpc
      .then((rpc) => rpc.answer(name, args))
      .catch((): never => {
        throw new ApiError(connectionLost);
      });
    if (!reply.ok) throw new ApiError(reply.error);
    return reply.value;
  }

  #open(): Promise<Rpc> {
    const opening = Promise.withResolvers<Rpc>();
    opening.promise.catch(() => {}); // whoever calls meanwhile hears of it
    const socket = new WebSocket(`ws://${location.host}/api`, [HOST_PROTOCOL, this.#pageKey]);
    socket.binaryType = 'arraybuffer';
    const rpc = createBirpc<HostFunctions, PageFunctions>(
      { event: (event) => tell(this.eventListeners, event) },
      {
        timeout: -1, // some verbs take minutes; a broken way ends them
        post: (frame) => socket.send(frame),
        on: (take) => socket.addEventListener('message', ({ data }) => take(new Uint8Array(data))),
        serialize: encodeFrame,
        deserialize: decodeFrame,
      },
    );
    let asking: ReturnType<typeof setInterval> | undefined;
    socket.addEventListener('open', () => {
      this.#wait = FIRST_WAIT;
      asking = setInterval(() => void this.#ask(rpc, socket), ASK_EVERY);
      opening.resolve(rpc);
      tell(this.connectionListeners, true);
    });
    socket.addEventListener('close', () => {
      clearInterval(asking);
      const lost = new Error('connection lost');
      rpc.$close(lost);
      opening.reject(lost);
      this.#rpc = opening.promise.then(() => Promise.reject(lost));
      this.#rpc.catch(() => {});
      tell(this.connectionListeners, false);
      void this.#openLater();
    });
    return opening.promise;
  }

  async #openLater(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.#wait));
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
    const session = await fetch('/', { method: 'HEAD' }).catch(() => null);
    if (session?.status === 401)
      location.reload(); // another host: it says how to come in
    else this.#rpc = this.#open();
  }

  /** A tunnel can break without a word. */
  async #ask(rpc: Rpc, socket: WebSocket): Promise<void> {
    const silence = setTimeout(() => socket.close(), ANSWER_WITHIN);
    await rpc.alive().catch(() => {});
    clearTimeout(silence);
  }
}

const connectionLost: ErrorReport = {
  code: 'window.connection-lost',
  message: texts.app.callLost,
  next: texts.app.callLostNext,
};

/** The host's entry page hands the key over in the address; it is kept for reloads and new tabs of this origin. */
function takePageKey(): string {
  const [, key] = /^#key=([\w-]+)$/.exec(location.hash) ?? [];
  if (key !== undefined) {
    localStorage.setItem('page-key', key);
    history.replaceState(null, '', location.pathname);
  }
  return localStorage.getItem('page-key') ?? 'none';
}

function listen<Value>(listeners: Set<(value: Value) => void>, listener: (value: Value) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell<Value>(listeners: Set<(value: Value) => void>, value: Value): void {
  for (const listener of listeners) listener(value);
}
