/**
 * Electron's `protocol`: `app://isocenter/page` is served as `http://isocenter.app.localhost:PORT/page`, which Chromium
 * too takes for a secure origin. Apps hear the addresses that they know.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';

type Handler = (request: Request) => Response | Promise<Response>;

const handlers = new Map<string, Handler>();
const server = createServer((request, response) => void answer(request, response));
const listening = Promise.withResolvers<void>();

export const protocol = {
  registerSchemesAsPrivileged(): void {},
  handle(scheme: string, handler: Handler): void {
    handlers.set(scheme, handler);
    if (server.listening) return;
    server.listen(0, '127.0.0.1', () => {
      server.unref();
      listening.resolve();
    });
  },
};

/** The address that Chromium is sent to. Waits for the server where it is needed. */
export async function toServed(address: string): Promise<string> {
  const [, scheme, host, rest = '/'] = address.match(/^([a-z][\w+.-]*):\/\/([^/]+)(\/.*)?$/i) ?? [];
  if (!handlers.has(scheme)) return address;
  await listening.promise;
  return `http://${host}.${scheme}.localhost:${port()}${rest}`;
}

/** The address that the app knows. */
export function toApp(served: string): string {
  const [, host, scheme, at, rest = '/'] = served.match(/^http:\/\/(.+)\.([^.]+)\.localhost:(\d+)(\/.*)?$/) ?? [];
  return handlers.has(scheme) && Number(at) === port() ? `${scheme}://${host}${rest}` : served;
}

function port(): number | undefined {
  return (server.address() as AddressInfo | null)?.port;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const address = toApp(`http://${request.headers.host}${request.url}`);
    const handler = handlers.get(new URL(address).protocol.slice(0, -1));
    if (!handler || request.url === '/favicon.ico') {
      // Electron's windows ask for none
      response.writeHead(204).end();
      return;
    }
    const { host: _host, connection: _connection, ...headers } = request.headers;
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
    const given = await handler(
      new Request(address, {
        method: request.method,
        headers: headers as Record<string, string>,
        ...(hasBody && { body: await buffer(request) }),
      }),
    );
    response.writeHead(given.status, Object.fromEntries(given.headers));
    if (given.body === null) response.end();
    else await pipeline(Readable.fromWeb(given.body as ReadableStream), response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else response.writeHead(500).end();
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') console.error(error);
  }
}
