/**
 * Messages over a channel: frames are decoded and validated in full, payloads are cut into parts and put together
 * again, bytes are counted, and whatever breaks the rules closes the channel with a named code.
 */
import { fault, isFault } from '../../../shared/errors.ts';
import { type CloseName, closeCodes } from '../../../shared/protocol/codes.ts';
import { limits } from '../../../shared/protocol/limits.ts';
import {
  type CoordinatorMessage,
  decodeFrame,
  encodeFrame,
  type SiteMessage,
} from '../../../shared/protocol/messages.ts';
import { kindOf, noTraffic, type Traffic } from '../../../shared/protocol/traffic.ts';
import type { Channel } from './channel.ts';

const NOTHING = new Uint8Array(0);

export interface LinkHandlers<Incoming> {
  /** A whole message; `payload` is empty where it has none. What it throws closes the link. */
  onMessage(message: Incoming, payload: Uint8Array): void;
  /** Most bytes that may follow this header. Throws where none may. Asked before anything is kept. */
  payloadLimit(message: Incoming): number;
  /** Once. `error` is what the other side did wrong, where it was we who closed. */
  onClose(code: number, error: unknown): void;
}

type Ends = {
  site: { incoming: CoordinatorMessage; outgoing: SiteMessage };
  coordinator: { incoming: SiteMessage; outgoing: CoordinatorMessage };
};

export class Link<Own extends 'site' | 'coordinator'> {
  readonly traffic: Traffic;
  readonly #channel: Channel;
  readonly #own: Own;
  #handlers: LinkHandlers<Ends[Own]['incoming']>;
  #transfer: { message: Ends[Own]['incoming']; payload: Uint8Array; filled: number } | undefined;
  #outgoing: Promise<void> = Promise.resolve();
  #messages = 0;
  #open = true;
  #error: unknown;

  /** `own` is the side that this program plays; `traffic` goes on counting where an earlier connection stopped. */
  constructor(
    channel: Channel,
    own: Own,
    handlers: LinkHandlers<Ends[Own]['incoming']>,
    traffic: Traffic = noTraffic(),
  ) {
    this.#channel = channel;
    this.#own = own;
    this.#handlers = handlers;
    this.traffic = traffic;
    channel.listen({
      onFrame: (frame) => this.#onFrame(frame),
      onClose: (code) => {
        this.#open = false;
        this.#transfer = undefined;
        this.#handlers.onClose(code, this.#error);
      },
    });
  }

  get open(): boolean {
    return this.#open;
  }

  get remote(): string {
    return this.#channel.remote;
  }

  get heard(): number {
    return this.#channel.heard;
  }

  get binding(): Uint8Array | null {
    return this.#channel.binding;
  }

  /** After the handshake somebody else listens. */
  handOver(handlers: LinkHandlers<Ends[Own]['incoming']>): void {
    this.#handlers = handlers;
  }

  /** A new round: the other side may speak again. */
  allowMessages(): void {
    this.#messages = 0;
  }

  /**
   * Sends a message and its payload behind what was sent before. Resolves when all is handed to the network; a link
   * that closes meanwhile drops the rest silently, because its owner hears of the close.
   */
  send(message: Ends[Own]['outgoing'], payload: Uint8Array = NOTHING): Promise<void> {
    this.#outgoing = this.#outgoing.then(async () => {
      await this.#sendFrame(message, kindOf(message.type));
      for (let at = 0; at < payload.length; at += limits.partBytes) {
        const part = { type: 'part' as const, bytes: payload.subarray(at, at + limits.partBytes) };
        await this.#sendFrame(part, kindOf(message.type));
      }
    });
    return this.#outgoing;
  }

  /** Closes at once, with the code of `error` where it has one. */
  refuse(error: unknown): void {
    this.#error ??= error;
    this.#shut(closeNameOf(error));
  }

  /** Closes without blame, after what was sent before, if that goes through soon. */
  async end(why: CloseName): Promise<void> {
    await Promise.race([this.#outgoing, new Promise((resolve) => setTimeout(resolve, limits.closeTime).unref())]);
    this.#shut(why);
  }

  #shut(why: CloseName): void {
    this.#open = false;
    this.#transfer = undefined;
    this.#channel.close(why);
  }

  async #sendFrame(message: SiteMessage | CoordinatorMessage, kind: 'control' | 'features' | 'weights'): Promise<void> {
    if (!this.#open) return;
    const frame = encodeFrame(message);
    try {
      await this.#channel.send(frame);
      this.traffic.sent[kind] += frame.length;
    } catch {
      this.#open = false; // the channel's close follows
    }
  }

  #onFrame(frame: Uint8Array): void {
    if (!this.#open) return;
    try {
      const sender = this.#own === 'site' ? 'coordinator' : 'site';
      const message = decodeFrame(frame, sender as 'site') as Ends[Own]['incoming'];
      if (message.type === 'part') this.#onPart(message.bytes, frame.length);
      else this.#onHeader(message, frame.length);
    } catch (error) {
      this.refuse(error);
    }
  }

  #onHeader(message: Ends[Own]['incoming'], frameBytes: number): void {
    this.traffic.received[kindOf(message.type)] += frameBytes;
    if (this.#transfer) throw fault('federation.bad-turn');
    this.#messages += 1;
    if (this.#own === 'coordinator' && this.#messages > limits.messagesPerRound) throw fault('federation.too-often');
    const size = 'bytes' in message ? (message.bytes as number) : 0;
    if (size === 0) {
      this.#handlers.onMessage(message, NOTHING);
      return;
    }
    if (size > this.#handlers.payloadLimit(message)) throw fault('federation.too-large');
    this.#transfer = { message, payload: new Uint8Array(size), filled: 0 };
  }

  /** Every part but the last is full, so their number is bounded by the size that was allowed. */
  #onPart(bytes: Uint8Array, frameBytes: number): void {
    const transfer = this.#transfer;
    if (!transfer) throw fault('federation.bad-turn');
    this.traffic.received[kindOf(transfer.message.type)] += frameBytes;
    const due = Math.min(limits.partBytes, transfer.payload.length - transfer.filled);
    if (bytes.length !== due) throw fault('federation.too-large');
    transfer.payload.set(bytes, transfer.filled);
    transfer.filled += due;
    if (transfer.filled < transfer.payload.length) return;
    this.#transfer = undefined;
    this.#handlers.onMessage(transfer.message, transfer.payload);
  }
}

/** The close code that an error stands for; an error without one is our own. */
export function closeNameOf(error: unknown): CloseName {
  if (!isFault(error)) return 'coordinator-fault';
  const name = error.code.replace(/^federation\./, '');
  return Object.hasOwn(closeCodes, name) ? (name as CloseName) : 'coordinator-fault';
}
