/**
 * The site served to a browser on this machine: the window's files, the site's data and the verbs, on a loopback
 * address. A link with a token, good once, opens a session; README.md beside this says what is checked.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Task } from '../../shared/api.ts';
import { fault } from '../../shared/errors.ts';
import { HOST_PROTOCOL, type HostFunctions, LARGEST_FRAME } from '../../shared/host-wire.ts';
import type { Workstation } from '../workstation/workstation.ts';
import { Connection } from './connection.ts';
import { closedPage, entryPage } from './entry-pages.ts';
import { servePage } from './pages.ts';
import { guard, pathOf, refusal, urlOf } from './requests.ts';
import { Sessions } from './sessions.ts';
import { serveSiteData } from './site-data.ts';
import { UploadRefused, Uploads } from './uploads.ts';

export interface HostOptions {
  workstation: Workstation;
  pages: string; // folder of the built window
  port: number; // 0 for any free one
}

const ADDRESS = '127.0.0.1';
const LARGEST_CONNECTIONS = 256;

export class Host {
  readonly #workstation: Workstation;
  readonly #pages: string;
  readonly #sessions = new Sessions();
  readonly #uploads: Uploads;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_FRAME,
    perMessageDeflate: false, // on one machine it only costs
    handleProtocols: (offered) => (offered.has(HOST_PROTOCOL) ? HOST_PROTOCOL : false),
  });
  readonly #connections = new Set<Connection>();
  readonly #stopListening: () => void;

  private constructor({ workstation, pages }: HostOptions) {
    this.#workstation = workstation;
    this.#pages = pages;
    this.#uploads = new Uploads(workstation.folder);
    this.#server = createServer({ headersTimeout: 10_000, requestTimeout: 0 }); // an upload takes as long as it takes
    this.#server.maxConnections = LARGEST_CONNECTIONS;
    this.#server.on('request', (request, response) => void this.#answer(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#stopListening = workstation.onEvent((event) => {
      if (event.type === 'snapshot') this.#forgetUploads(event.changed.tasks ?? []);
      for (const connection of this.#connections) connection.tell(event);
    });
  }

  /** Throws `site.port-taken`. */
  static async open(options: HostOptions): Promise<Host> {
    const host = new Host(options);
    await new Promise<void>((resolve, reject) => {
      host.#server.once('error', (error) =>
        reject(fault('site.port-taken', { port: options.port, reason: error.message }, error)),
      );
      host.#server.listen(options.port, ADDRESS, resolve);
    });
    return host;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The address with a new token; the link before it opens nothing any more, unless it was used. */
  newLink(): string {
    return `http://${ADDRESS}:${this.port}/?token=${this.#sessions.newToken()}`;
  }

  /** Says goodbye to every page. The workstation stays open. */
  async close(): Promise<void> {
    this.#stopListening();
    for (const connection of this.#connections) connection.close();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => {
      for (const socket of this.#sockets.clients) socket.terminate();
      this.#server.closeAllConnections();
    }, 1000);
    await closed;
    clearTimeout(cut);
    this.#uploads.clear();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    guard(response);
    try {
      await this.#route(request, response);
    } catch (error) {
      if (response.headersSent || response.destroyed) response.destroy();
      else if (error instanceof UploadRefused) say(response, error.status, error.message, true);
      else say(response, 500, 'Something in Isocenter failed.', true);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const why = refusal(request);
    if (why) return say(response, 403, `Refused: this request has a foreign ${why}.`, true);
    const path = pathOf(request);
    const token = urlOf(request)?.searchParams.get('token');
    if (path === '/' && token) {
      const session = this.#sessions.exchange(token);
      if (session) {
        response.setHeader('Set-Cookie', this.#sessions.setCookie(session.cookie));
        response.setHeader('Cache-Control', 'no-store');
        return page(response, 200, entryPage(session.pageKey));
      }
    }
    const cookie = this.#sessions.cookieIn(request.headers.cookie);
    if (cookie === undefined)
      return path === '/'
        ? page(response, 401, closedPage)
        : say(response, 401, 'This needs a link of Isocenter.', true);
    if (Uploads.isFor(path)) return this.#upload(path, request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD') return say(response, 405, 'Only GET.', true);
    if (path.startsWith('/site/')) return serveSiteData(this.#workstation, request, response);
    if (path === '/') response.setHeader('Set-Cookie', this.#sessions.setCookie(cookie));
    if (!(await servePage(this.#pages, path, response))) say(response, 404, 'There is nothing here.');
  }

  async #upload(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'PUT') return say(response, 405, 'Only PUT.', true);
    if (this.#workstation.snapshot.site === null) return say(response, 409, 'There is no site yet.', true);
    const file = await this.#uploads.take(path, request);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ path: file }));
  }

  #forgetUploads(tasks: Task[]): void {
    for (const task of tasks) if (task.state !== 'running') this.#uploads.ended(task.id);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const [protocol, pageKey] = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const cookie = this.#sessions.cookieIn(request.headers.cookie);
    const isFree = this.#connections.size < LARGEST_CONNECTIONS / 4;
    const status =
      refusal(request) !== null
        ? '403 Forbidden'
        : cookie === undefined || !this.#sessions.fits(cookie, pageKey ?? '')
          ? '401 Unauthorized'
          : protocol !== HOST_PROTOCOL || pathOf(request) !== '/api'
            ? '400 Bad Request'
            : isFree
              ? null
              : '503 Service Unavailable';
    if (status) {
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      const connection = new Connection(client, this.#functions);
      this.#connections.add(connection);
      client.on('close', () => this.#connections.delete(connection));
    });
  }

  readonly #functions: HostFunctions = {
    alive: () => true,
    answer: async (name, args) => {
      const reply = await this.#workstation.answer(name, args);
      if (reply.ok && name === 'importVolumes') {
        this.#uploads.usedBy(String(reply.value), (args as string[][]).flat());
        this.#forgetUploads(this.#workstation.snapshot.tasks); // it may have ended already
      }
      return reply;
    },
  };
}

function page(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(html);
}

/** `hangUp` where a body may still come that nobody reads. */
function say(response: ServerResponse, status: number, words: string, hangUp = false): void {
  if (hangUp) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${words}\n`);
}
