/** The host as a browser and as a stranger meet it: real sockets, a real site. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { createBirpc } from 'birpc';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { VolumeSummary } from '../../shared/api/volumes.ts';
import type { SiteEvent } from '../../shared/api.ts';
import {
  decodeFrame,
  encodeFrame,
  HOST_PROTOCOL,
  type HostFunctions,
  LARGEST_FRAME,
  type PageFunctions,
} from '../../shared/host-wire.ts';
import { writePhantoms } from '../../tests/phantom-site.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { Site } from '../site/site.ts';
import { Workstation } from '../workstation/workstation.ts';
import { pageLimits } from './connection.ts';
import { Host } from './host.ts';

let folder: string;
let workstation: Workstation;
let host: Host;
let address: string; // of the host: 127.0.0.1:PORT
const sockets: WebSocket[] = [];

beforeAll(async () => {
  folder = testFolder().path;
  const pages = join(folder, 'pages');
  mkdirSync(join(pages, 'assets'), { recursive: true });
  writeFileSync(join(pages, 'index.html'), '<title>The window</title>');
  writeFileSync(join(pages, 'assets', 'main.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'not for pages');
  const site = Site.create(join(folder, 'site'), 'Hospital A');
  await site.import(await writePhantoms(join(folder, 'files'), 0, 1));
  await site.close();
  workstation = new Workstation({ folder: join(folder, 'site') });
  await workstation.opened;
  host = await Host.open({ workstation, pages, port: 0 });
  address = `127.0.0.1:${host.port}`;
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
});
afterAll(async () => {
  await host.close();
  await workstation.close();
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** By Node's own client, which sends exactly the headers that it is told: `fetch` would add and forbid some. */
function ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port: host.port, path, method, headers }, (response) => {
      let text = ''; // each byte one character
      response.setEncoding('latin1');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

interface Session {
  Cookie: string;
  pageKey: string;
}

async function enter(): Promise<Session> {
  const { search } = new URL(host.newLink());
  const { headers, body } = await ask(`/${search}`);
  return { Cookie: headers['set-cookie']?.[0].split(';')[0] ?? '', pageKey: /#key=([\w-]+)/.exec(body)?.[1] ?? '' };
}

interface SocketRequest {
  protocols?: string[];
  headers?: Record<string, string>;
  path?: string;
}

/** Opens a WebSocket; gives it, or the status with which it was refused. */
function openSocket({
  protocols = [HOST_PROTOCOL],
  headers = {},
  path = '/api',
}: SocketRequest): Promise<WebSocket | number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://${address}${path}`, protocols, { headers });
    sockets.push(socket);
    socket.on('error', () => {});
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  });
}

async function connect(): Promise<WebSocket> {
  const { Cookie, pageKey } = await enter();
  const socket = await openSocket({
    protocols: [HOST_PROTOCOL, pageKey],
    headers: { Cookie, Origin: `http://${address}` },
  });
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  return socket;
}

function speak(socket: WebSocket, onEvent: (event: SiteEvent) => void = () => {}) {
  return createBirpc<HostFunctions, PageFunctions>(
    { event: onEvent },
    {
      post: (frame) => socket.send(frame),
      on: (take) => socket.on('message', (data) => take(data)),
      serialize: encodeFrame,
      deserialize: decodeFrame,
    },
  );
}

const closing = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve));

describe('a link', () => {
  it('opens a session once', async () => {
    const { search } = new URL(host.newLink());
    const first = await ask(`/${search}`);
    expect(first.status).toBe(200);
    expect(first.headers['set-cookie']?.[0]).toMatch(/^isocenter-\w+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict/);
    const second = await ask(`/${search}`);
    expect(second.status).toBe(401);
    expect(second.headers['set-cookie']).toBeUndefined();
    expect(second.body).toContain('This link opens nothing any more');
  });

  it('takes the place of the one before it', async () => {
    const older = new URL(host.newLink());
    const newer = new URL(host.newLink());
    expect((await ask(`/${older.search}`)).status).toBe(401);
    expect((await ask(`/${newer.search}`)).status).toBe(200);
  });

  it('leaves sessions that are open as they are', async () => {
    const { Cookie } = await enter();
    await enter();
    expect((await ask('/', { headers: { Cookie } })).body).toContain('The window');
  });

  it('is no way in by guessing', async () => {
    for (const token of ['', 'undefined', 'x'.repeat(43)]) expect((await ask(`/?token=${token}`)).status).toBe(401);
  });
});

describe('a request', () => {
  it.each([
    'example.org',
    'isocenter.example.org:80',
    '127.0.0.1.example.org',
    '127.0.0.2',
    'localhost@example.org',
    '0.0.0.0',
  ])('for the host %s is refused, session or not', async (Host) => {
    const { Cookie } = await enter();
    expect(await ask('/', { headers: { Host, Cookie } })).toMatchObject({ status: 403 });
  });

  it.each(['127.0.0.1:9999', 'localhost:9999', '[::1]:9999'])('through a tunnel as %s is served', async (Host) => {
    const { Cookie } = await enter();
    expect(await ask('/', { headers: { Host, Cookie } })).toMatchObject({ status: 200 });
  });

  it('of another origin is refused', async () => {
    const { Cookie } = await enter();
    for (const Origin of ['http://example.org', 'http://127.0.0.1:1', 'null', `https://${address}`])
      expect(await ask('/', { headers: { Origin, Cookie } })).toMatchObject({ status: 403 });
  });

  it('as a part of another page is refused, as a link it is not', async () => {
    const { Cookie } = await enter();
    const from = (site: string, mode: string, dest: string) => ({
      headers: { Cookie, 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode, 'Sec-Fetch-Dest': dest },
    });
    expect((await ask('/assets/main.js', from('same-site', 'no-cors', 'script'))).status).toBe(403);
    expect((await ask('/site/x', from('cross-site', 'no-cors', 'image'))).status).toBe(403);
    expect((await ask('/', from('cross-site', 'navigate', 'iframe'))).status).toBe(403);
    expect((await ask('/', from('cross-site', 'navigate', 'document'))).status).toBe(200);
    expect((await ask('/assets/main.js', from('same-origin', 'cors', 'script'))).status).toBe(200);
  });

  it('that would change something needs the origin of the page', async () => {
    const { Cookie } = await enter();
    expect((await ask('/site/uploads/b/a.nii', { method: 'PUT', headers: { Cookie }, body: 'x' })).status).toBe(403);
    const headers = { Cookie, Origin: `http://${address}` };
    expect((await ask('/', { method: 'POST', headers, body: 'x' })).status).toBe(405);
  });

  it('without a session gets no file and no data', async () => {
    for (const path of ['/', '/assets/main.js', '/site/volumes/x/voxels', '/nothing'])
      expect((await ask(path)).status).toBe(401);
  });

  it('stays among the window’s files', async () => {
    const { Cookie } = await enter();
    for (const path of ['/../secret.txt', '/..%2fsecret.txt', '/assets/..%2f..%2fsecret.txt', '/%2e%2e/secret.txt']) {
      const { status, body } = await ask(path, { headers: { Cookie } });
      expect(body).not.toContain('not for pages');
      expect(status).toBe(404);
    }
  });

  it('is answered with what keeps the page to itself', async () => {
    for (const { headers } of [await ask('/'), await ask('/', { headers: { Host: 'example.org' } })]) {
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

describe('a WebSocket', () => {
  it('is refused without cookie, key, origin, or the right name', async () => {
    const { Cookie, pageKey } = await enter();
    const other = await enter();
    const Origin = `http://${address}`;
    const protocols = [HOST_PROTOCOL, pageKey];
    expect(await openSocket({ protocols, headers: { Origin } })).toBe(401);
    expect(await openSocket({ headers: { Origin, Cookie } })).toBe(401);
    expect(await openSocket({ protocols: [HOST_PROTOCOL, other.pageKey], headers: { Origin, Cookie } })).toBe(401);
    expect(await openSocket({ protocols, headers: { Cookie } })).toBe(403);
    expect(await openSocket({ protocols, headers: { Cookie, Origin: 'http://127.0.0.1:1' } })).toBe(403);
    expect(await openSocket({ protocols, headers: { Cookie, Origin, Host: 'example.org' } })).toBe(403);
    expect(await openSocket({ protocols: ['other', pageKey], headers: { Cookie, Origin } })).toBe(400);
    expect(await openSocket({ protocols, headers: { Cookie, Origin }, path: '/other' })).toBe(400);
    expect(await openSocket({ protocols, headers: { Cookie, Origin } })).toBeInstanceOf(WebSocket);
  });

  it('is refused at an address that is none, which ends nothing', async () => {
    const { Cookie, pageKey } = await enter();
    const headers = { Cookie, Origin: `http://${address}` };
    expect(await openSocket({ path: '//', protocols: [HOST_PROTOCOL, pageKey], headers })).toBe(400);
  });

  it('carries verbs and their errors', async () => {
    const page = speak(await connect());
    expect(await page.answer('snapshot', [])).toMatchObject({ ok: true, value: { site: { name: 'Hospital A' } } });
    expect(await page.answer('nothing', [])).toMatchObject({ ok: false, error: { code: 'site.unknown-verb' } });
    expect(await page.answer('dismissTask', [5])).toMatchObject({
      ok: false,
      error: { code: 'site.arguments-unsound' },
    });
  });

  it('carries typed arrays to a verb that demands them', async () => {
    const page = speak(await connect());
    const runs = { starts: new Uint32Array([1]), lengths: new Uint32Array([2]) };
    const drawn = await page.answer('draw', ['no-such-map', { label: 1, ...runs }]);
    expect(drawn).toMatchObject({ ok: false });
    expect(drawn).not.toMatchObject({ error: { code: 'site.arguments-unsound' } });
    expect(await page.answer('draw', ['no-such-map', { label: 1, starts: [1], lengths: [2] }])).toMatchObject({
      error: { code: 'site.arguments-unsound' },
    });
  });

  it('brings events', async () => {
    const socket = await connect();
    const event = new Promise((resolve) => speak(socket, (told) => told.type === 'changed' && resolve(told)));
    const [{ id }] = await workstation.api.listVolumes();
    await workstation.api.noteVolume(id, 'looked at');
    expect(await event).toEqual({ type: 'changed', what: 'volumes' });
  });

  it('answers nothing but its functions', async () => {
    const page = speak(await connect()) as unknown as { $call(name: string): Promise<unknown> };
    for (const name of ['constructor', 'toString', '__proto__']) await expect(page.$call(name)).rejects.toBeDefined();
  });

  it('is closed at a frame that is too large', async () => {
    const socket = await connect();
    const closed = closing(socket);
    socket.send(Buffer.alloc(LARGEST_FRAME + 1));
    expect(await closed).toBe(1009);
  });

  it.each([
    ['text', '{"t":"q"}'],
    ['no MessagePack', Buffer.from([0xc1])],
    ['no message', Buffer.from([0xc0])],
  ])('is closed at a frame that is %s', async (_what, frame) => {
    const socket = await connect();
    const closed = closing(socket);
    socket.send(frame);
    expect(await closed).toBe(1003);
  });

  it('is closed at a flood', async () => {
    const socket = await connect();
    const closed = closing(socket);
    const frame = encodeFrame({ t: 'q', m: 'alive', a: [] });
    for (let count = 0; count < 2 * pageLimits.messagesAtOnce; count++) socket.send(frame);
    expect(await closed).toBe(1008);
  });
});

describe('data', () => {
  it('comes whole, in parts, and not again where it is known', async () => {
    const { Cookie } = await enter();
    const page = speak(await connect());
    const listed = await page.answer('listVolumes', []);
    if (!listed.ok) throw new Error(listed.error.message);
    const [{ id, thumbnail, grid }] = listed.value as VolumeSummary[];
    const path = `/site/volumes/${id}/voxels`;
    const whole = await ask(path, { headers: { Cookie } });
    const bytes = Number(whole.headers['content-length']);
    expect(bytes % grid.size.reduce((product, length) => product * length)).toBe(0);
    expect(whole.body).toHaveLength(bytes);
    const part = await ask(path, { headers: { Cookie, Range: 'bytes=100-199' } });
    expect(part).toMatchObject({
      status: 206,
      headers: { 'content-range': `bytes 100-199/${bytes}`, 'x-content-type-options': 'nosniff' },
      body: whole.body.slice(100, 200),
    });
    expect(await ask(path, { headers: { Cookie, Range: `bytes=${bytes}-` } })).toMatchObject({ status: 416 });
    const known = String(whole.headers.etag);
    expect(await ask(path, { headers: { Cookie, 'If-None-Match': known } })).toMatchObject({ status: 304, body: '' });
    expect(await ask(`/${thumbnail.replace(/^\//, '')}`, { headers: { Cookie } })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'image/png' },
    });
    expect(await ask(path, { method: 'HEAD', headers: { Cookie } })).toMatchObject({ status: 200, body: '' });
  });
});

describe('an upload', () => {
  const at = (name: string) => `/site/uploads/${name}`;
  const put = async (path: string, body: string | Buffer, more: Record<string, string> = {}) => {
    const { Cookie } = await enter();
    return ask(path, { method: 'PUT', headers: { Cookie, Origin: `http://${address}`, ...more }, body });
  };

  it('lies in the site’s folder, readable to its account alone', async () => {
    const { status, body } = await put(at('one/images/scan%20a.nii.gz'), 'voxels');
    expect(status).toBe(200);
    const { path } = JSON.parse(body);
    expect(path).toBe(join(folder, 'site', 'uploads', 'one', 'images', 'scan a.nii.gz'));
    expect(readFileSync(path, 'utf8')).toBe('voxels');
    expect((await put(at('one/images/scan%20a.nii.gz'), 'others')).status).toBe(409);
    expect(readFileSync(path, 'utf8')).toBe('voxels');
  });

  it('is not taken away by another of its name that comes at the same time', async () => {
    const { Cookie } = await enter();
    const headers = { Cookie, Origin: `http://${address}` };
    const both = await Promise.all(
      ['first', 'other'].map((body) => ask(at('twin/scan.nii'), { method: 'PUT', headers, body })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { path } = JSON.parse(both.find(({ status }) => status === 200)?.body ?? '');
    expect(readFileSync(path, 'utf8')).toMatch(/^(first|other)$/);
  });

  it('cannot leave it', async () => {
    for (const name of ['two/..%2f..%2f..%2fout', 'two/..', 'two/%2e%2e/%2e%2e/out', 'two/..%5cout', 'two/%00']) {
      const { status, body } = await put(at(name), 'x');
      if (status === 200) expect(JSON.parse(body).path.startsWith(join(folder, 'site', 'uploads', 'two'))).toBe(true);
      else expect(status).toBeGreaterThanOrEqual(400);
    }
    expect(existsSync(join(folder, 'out'))).toBe(false);
    expect(existsSync(join(folder, 'site', 'out'))).toBe(false);
    for (const name of ['', 'three', '%2e%2e/x', '.../x', `four/${'a/'.repeat(20)}b`])
      expect((await put(at(name), 'x')).status).toBeGreaterThanOrEqual(400);
  });

  it('is refused without its size, or beyond it', async () => {
    expect((await put(at('five/a.nii'), 'x', { 'Transfer-Encoding': 'chunked' })).status).toBe(411);
    expect((await put(at('five/b.nii'), 'x', { 'Content-Length': String(2 ** 40) })).status).toBe(413);
    expect(existsSync(join(folder, 'site', 'uploads', 'five'))).toBe(false);
  });

  it('goes when its import ended', async () => {
    const { path } = JSON.parse((await put(at('six/a.nii.gz'), 'no image')).body);
    const page = speak(await connect());
    const ended = new Promise<void>((resolve) => {
      const stop = workstation.onEvent((event) => {
        if (event.type !== 'snapshot' || !event.changed.tasks?.some(({ state }) => state !== 'running')) return;
        stop();
        resolve();
      });
    });
    expect(await page.answer('importVolumes', [[path], []])).toMatchObject({ ok: true });
    await ended;
    await new Promise(setImmediate);
    expect(readdirSync(join(folder, 'site', 'uploads'))).not.toContain('six');
  });
});
