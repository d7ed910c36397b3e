/** A TCP proxy that a test puts between a site and its coordinator: every byte that passes is kept. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface TappedWire {
  port: number; // to connect to, on 127.0.0.1
  /** Everything that the site has sent so far, a stream for each of its connections. */
  sent(): Buffer[];
  close(): Promise<void>;
}

export async function tapWire(targetPort: number): Promise<TappedWire> {
  const streams: Buffer[][] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((site) => {
    const chunks: Buffer[] = [];
    streams.push(chunks);
    const coordinator = connect(targetPort, '127.0.0.1');
    for (const socket of [site, coordinator]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    site.on('data', (chunk) => {
      chunks.push(chunk);
      coordinator.write(chunk);
    });
    coordinator.on('data', (chunk) => site.write(chunk));
    site.on('close', () => coordinator.destroy());
    coordinator.on('close', () => site.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    sent: () => streams.map((chunks) => Buffer.concat(chunks)),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/**
 * What the WebSocket data frames in a client's byte stream carry, unmasked (RFC 6455, section 5.2), without the HTTP
 * request before them: masking would hide payloads from a search.
 */
export function unmaskedFrames(stream: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  let at = stream.indexOf('\r\n\r\n') + 4;
  while (at + 2 <= stream.length) {
    let length = stream[at + 1] & 0x7f;
    let header = 2;
    if (length === 126) {
      length = stream.readUInt16BE(at + 2);
      header = 4;
    } else if (length === 127) {
      length = Number(stream.readBigUInt64BE(at + 2));
      header = 10;
    }
    const mask = stream.subarray(at + header, at + header + 4);
    const begin = at + header + 4;
    if (begin + length > stream.length) break;
    const isData = (stream[at] & 0x0f) <= 2; // not a ping, pong or close
    if (isData)
      frames.push(Buffer.from(stream.subarray(begin, begin + length).map((byte, index) => byte ^ mask[index % 4])));
    at = begin + length;
  }
  return frames;
}
