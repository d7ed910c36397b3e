/** The one file that knows WebSockets (`ws`). Everything else speaks through a `Channel`. */
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { checkServerIdentity, type PeerCertificate, TLSSocket } from 'node:tls';
import { type ClientOptions, type RawData, WebSocket, WebSocketServer } from 'ws';
import { fault } from '../../../shared/errors.ts';
import { type CloseName, closeCodes } from '../../../shared/protocol/codes.ts';
import { limits, type Timing } from '../../../shared/protocol/limits.ts';
import { checkAuthority, checkOwnCertificate, dialFault } from './certificates.ts';
import type { Channel, ChannelHandlers } from './channel.ts';
import { MinuteCounter } from './minute-counter.ts';

const SUBPROTOCOL = `isocenter.${limits.version}`;
const ABNORMAL = 1006; // RFC 6455: the connection was lost without a close frame

export interface ListenOptions {
  host: string;
  port: number; // 0 for any free one
  tls?: { cert: string; key: string }; // PEM
  timing: Timing;
  onChannel: (channel: Channel) => void;
  /** A connection that was turned away before it became a channel. */
  onRefused: (remote: string, why: CloseName) => void;
}

export interface Listener {
  host: string;
  port: number;
  close(): Promise<void>;
}

/** Listens for sites. Throws `federation.certificate-unsound` or `federation.port-taken`. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { host, port, tls, timing } = options;
  if (tls) checkOwnCertificate(tls);
  const times = {
    headersTimeout: timing.handshakeTime,
    requestTimeout: timing.handshakeTime,
    connectionsCheckingInterval: timing.handshakeTime,
  };
  const server: Server = tls
    ? createHttpsServer({ ...tls, ...times, minVersion: 'TLSv1.3', handshakeTimeout: timing.handshakeTime })
    : createHttpServer(times);
  server.maxConnections = limits.connections;
  server.on('request', (_request, response) => response.writeHead(426, { Connection: 'close' }).end());
  const arrivals = new MinuteCounter(limits.connectionsPerMinute);
  const sockets = new WebSocketServer({
    server,
    maxPayload: limits.frameBytes,
    perMessageDeflate: false, // a compressed frame could unpack to anything, and weights do not shrink
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    verifyClient: ({ req }, answer) => {
      const remote = remoteOf(req);
      if (arrivals.tooMany(remote, Date.now())) {
        options.onRefused(remote, 'too-often');
        answer(false, 429);
      } else answer(true);
    },
  });
  sockets.on('connection', (socket, request) => {
    options.onChannel(new SocketChannel(socket, request.socket, remoteOf(request), timing, true));
  });
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error) =>
      reject(fault('federation.port-taken', { address: `${host}:${port}`, reason: error.message }, error));
    sockets.once('error', failed); // the server's own errors arrive here too
    server.listen(port, host, () => {
      sockets.off('error', failed);
      sockets.on('error', () => {}); // of single connections; each channel reports its own
      resolve();
    });
  });
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        sockets.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface DialOptions {
  url: URL;
  /** Host of the invitation, for which the certificate may be valid where `url` leads through a tunnel. */
  invitedHost: string;
  ca?: string; // PEM; the system's certificate authorities where absent
  timing: Timing;
  signal?: AbortSignal;
}

/**
 * Connects to a coordinator. Throws `federation.unreachable`, `-untrusted-certificate` or `-certificate-unsound` (of
 * `ca`).
 */
export async function dial({ url, invitedHost, ca, timing, signal }: DialOptions): Promise<Channel> {
  if (ca !== undefined) checkAuthority(ca);
  const socket = new WebSocket(url, SUBPROTOCOL, {
    maxPayload: limits.frameBytes,
    perMessageDeflate: false,
    handshakeTimeout: timing.handshakeTime,
    followRedirects: false,
    ...(ca === undefined ? {} : { ca }),
    // The types of ws name the arguments of Node's function of this name wrongly; ws hands it to tls.connect as it is.
    checkServerIdentity: acceptEither(invitedHost) as unknown as ClientOptions['checkServerIdentity'],
  });
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      signal?.removeEventListener('abort', abort);
      reject(error);
    };
    const abort = () => {
      socket.terminate();
      failed(fault('federation.unreachable', { address: url.host, reason: 'it was cancelled' }));
    };
    let raw: IncomingMessage['socket'];
    socket.once('upgrade', (response) => {
      raw = response.socket;
    });
    socket.on('error', (error) => failed(dialFault(error, url)));
    socket.once('open', () => {
      signal?.removeEventListener('abort', abort);
      resolve(new SocketChannel(socket, raw, url.host, timing, false));
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** A certificate may be for the host that is dialled or, through a tunnel, for the one that the invitation names. */
function acceptEither(invitedHost: string) {
  return (host: string, certificate: PeerCertificate): Error | undefined =>
    checkServerIdentity(host, certificate) && checkServerIdentity(invitedHost, certificate);
}

/** A WebSocket as a channel: binary frames only, pinged (by the coordinator) and cut when silent. */
class SocketChannel implements Channel {
  readonly binding: Uint8Array | null;
  readonly remote: string;
  readonly #socket: WebSocket;
  #handlers: ChannelHandlers | undefined;
  #waiting: Uint8Array[] = [];
  #closed: { code: number; reason: string } | undefined;
  #closing: { code: number; reason: string } | undefined;
  #heard = Date.now();
  #pings = 0;

  constructor(socket: WebSocket, raw: IncomingMessage['socket'], remote: string, timing: Timing, pinging: boolean) {
    this.#socket = socket;
    this.remote = remote;
    this.binding = raw instanceof TLSSocket ? channelBinding(raw) : null;
    const timer = setInterval(() => {
      this.#pings = 0;
      if (Date.now() - this.#heard > timing.silence) this.close('silent');
      else if (pinging && socket.readyState === WebSocket.OPEN) socket.ping();
    }, timing.pingEvery);
    socket.on('message', (data, isBinary) => this.#onData(data, isBinary));
    socket.on('ping', () => {
      this.#heard = Date.now();
      this.#pings += 1;
      if (this.#pings > limits.pingsPerInterval) this.close('too-often');
    });
    socket.on('pong', () => {
      this.#heard = Date.now();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // `close` follows, with a code that does not tell. What ws itself refuses is a breach of the protocol too.
      if (!error.code?.startsWith('WS_ERR_')) return;
      const why = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'too-large' : 'bad-message';
      this.#closing ??= { code: closeCodes[why], reason: why };
    });
    socket.on('close', (code, reason) => {
      clearInterval(timer);
      this.#closed = this.#closing ?? { code: code || ABNORMAL, reason: reason.toString() };
      this.#handlers?.onClose(this.#closed.code, this.#closed.reason);
    });
  }

  get heard(): number {
    return this.#heard;
  }

  listen(handlers: ChannelHandlers): void {
    this.#handlers = handlers;
    for (const frame of this.#waiting.splice(0)) handlers.onFrame(frame);
    if (this.#closed) handlers.onClose(this.#closed.code, this.#closed.reason);
  }

  send(frame: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(frame, { binary: true }, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(why: CloseName): void {
    if (this.#closing || this.#closed) return;
    this.#closing = { code: closeCodes[why], reason: why };
    if (why === 'silent') {
      this.#socket.terminate(); // nobody would answer a close frame
      return;
    }
    this.#socket.close(closeCodes[why], why);
    setTimeout(() => this.#socket.terminate(), limits.closeTime).unref();
  }

  #onData(data: RawData, isBinary: boolean): void {
    this.#heard = Date.now();
    if (this.#closing) return;
    if (!isBinary) {
      this.close('bad-message');
      return;
    }
    const buffer = data as Buffer; // the default binaryType
    const frame = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
    if (this.#handlers) this.#handlers.onFrame(frame);
    else if (this.#waiting.push(frame) > limits.queuedFrames) this.close('too-often');
  }
}

/** Bytes that only the two ends of one TLS connection know (RFC 9266, tls-exporter). */
function channelBinding(socket: TLSSocket): Uint8Array {
  return new Uint8Array(socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)));
}

function remoteOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? 'unknown';
}
