/**
 * A connection to Chromium over its DevTools protocol; events are named `SESSION:Domain.event`, or `:...` without one.
 */
import { EventEmitter } from 'node:events';

// biome-ignore lint/suspicious/noExplicitAny: the protocol's messages have no types here
export type Message = any;

export class Cdp extends EventEmitter {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { method: string; resolve(result: Message): void; reject(error: Error): void }>();
  #calls = 0;

  static async connect(address: string): Promise<Cdp> {
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`no connection to Chromium at ${address}`));
    });
    return new Cdp(socket);
  }

  private constructor(socket: WebSocket) {
    super();
    this.setMaxListeners(0);
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const { id, error, result, sessionId = '', method, params } = JSON.parse(data);
      if (id === undefined) {
        this.emit(`${sessionId}:${method}`, params);
        return;
      }
      const call = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) call?.reject(new Error(`${call.method}: ${error.message}`));
      else call?.resolve(result);
    };
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<Message> {
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { method, resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  }
}
