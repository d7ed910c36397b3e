/** One page's WebSocket: its calls go to the workstation, the workstation's events to it. */
import { createBirpc } from 'birpc';
import type { WebSocket } from 'ws';
import type { SiteEvent } from '../../shared/api.ts';
import { decodeFrame, encodeFrame, type HostFunctions, type PageFunctions } from '../../shared/host-wire.ts';

/** What one page may do at most. A page that draws and scrolls stays far below. */
export const pageLimits = {
  messagesAtOnce: 500,
  messagesPerSecond: 100, // on and on
  waitingBytes: 16 * 2 ** 20, // events that a slow page has not taken; beyond, it is cut and reads all anew
};

const PING_EVERY = 15_000; // ms
const closeCodes = { unsound: 1003, tooOften: 1008, tooSlow: 1013, leaving: 1001 };

export class Connection {
  readonly #socket: WebSocket;
  readonly #send: PageFunctions;
  #heard = true;
  #allowance = pageLimits.messagesAtOnce;
  #refilledAt = performance.now();

  constructor(socket: WebSocket, functions: HostFunctions) {
    this.#socket = socket;
    this.#send = createBirpc<PageFunctions, HostFunctions>(functions, {
      eventNames: ['event'],
      timeout: -1,
      post: (frame) => socket.send(frame),
      on: (take) => socket.on('message', (data, isBinary) => this.#take(data as Buffer, isBinary, take)),
      serialize: encodeFrame,
      deserialize: decodeFrame,
      resolver: (name, found) => (Object.hasOwn(functions, name) ? found : undefined),
      onGeneralError: () => {
        socket.close(closeCodes.unsound, 'unsound message');
        return true;
      },
    });
    const heartbeat = setInterval(() => {
      if (!this.#heard) socket.terminate();
      this.#heard = false;
      socket.ping();
    }, PING_EVERY);
    socket.on('pong', () => {
      this.#heard = true;
    });
    socket.on('error', () => {}); // `close` follows
    socket.on('close', () => clearInterval(heartbeat));
  }

  tell(event: SiteEvent): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > pageLimits.waitingBytes) this.#socket.close(closeCodes.tooSlow, 'too slow');
    else this.#send.event(event);
  }

  close(): void {
    this.#socket.close(closeCodes.leaving, 'the host is closing');
  }

  #take(data: Buffer, isBinary: boolean, take: (frame: Uint8Array) => void): void {
    this.#heard = true;
    const now = performance.now();
    const refill = ((now - this.#refilledAt) / 1000) * pageLimits.messagesPerSecond;
    this.#allowance = Math.min(pageLimits.messagesAtOnce, this.#allowance + refill) - 1;
    this.#refilledAt = now;
    if (this.#allowance < 0) this.#socket.close(closeCodes.tooOften, 'too many messages');
    else if (!isBinary) this.#socket.close(closeCodes.unsound, 'not binary');
    else take(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}
