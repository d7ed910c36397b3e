import type { CloseName } from '../../../shared/protocol/codes.ts';

export interface ChannelHandlers {
  onFrame(frame: Uint8Array): void;
  /** Once, however the connection ended; `code` as in shared/protocol/codes.ts or RFC 6455. */
  onClose(code: number, reason: string): void;
}

/** Two ends that hand each other whole binary frames in order: a WebSocket, or a pair in memory in tests. */
export interface Channel {
  /** What only the ends of this encrypted connection share (RFC 9266); null where it is not encrypted. */
  readonly binding: Uint8Array | null;
  /** Address of the other end, for messages to a person. */
  readonly remote: string;
  /** When the other end last gave a sign of life, ms since 1970. */
  readonly heard: number;
  /** Frames and the close that came before are handed over first. */
  listen(handlers: ChannelHandlers): void;
  /** Resolves when the frame was handed to the network, rejects when the connection is closed. */
  send(frame: Uint8Array): Promise<void>;
  close(why: CloseName): void;
}
