/** What a page fetches by address: parts of voxels, thumbnails, and nothing else. */
import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf } from '../../shared/bytes.ts';
import { decodeSafetensors } from '../../shared/safetensors.ts';
import { type OpenedWindow, openWindow } from '../../tests/open-window.ts';
import { createPhantomSite } from '../../tests/phantom-site.ts';
import { testFolder } from '../../tests/test-folder.ts';
import { displayOf } from '../site/thumbnails.ts';

let base: string;
let window: OpenedWindow;
let id: string;
let bytes: Uint8Array; // of all voxels

beforeAll(async () => {
  base = testFolder().path;
  const site = await createPhantomSite(base, 0, 1);
  await site.close();
  window = openWindow({ folder: site.folder.path });
  [{ id }] = await window.ask('listVolumes');
  const { imageFile } = window.workstation.site.folder.volumes.get(id);
  bytes = bytesOf(decodeSafetensors(readFileSync(imageFile), 'image').tensors.voxels.data);
});
afterAll(async () => {
  await window.workstation.close();
});

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return window.workstation.fetch(new Request(`http://127.0.0.1${path}`, { headers, method }));
}
const voxels = (headers: Record<string, string> = {}, method?: string) =>
  get(`/site/volumes/${id}/voxels`, headers, method);

describe('voxels', () => {
  it('come whole, and may be kept for good', async () => {
    const answer = await voxels();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe(String(bytes.length));
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('accept-ranges')).toBe('bytes');
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(new Uint8Array(bytes));
    const head = await voxels({}, 'HEAD');
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
    expect((await head.arrayBuffer()).byteLength).toBe(0);
  });

  it.each([
    ['a part', 'bytes=10-19', 10, 20],
    ['the first byte', 'bytes=0-0', 0, 1],
    ['from a byte on', 'bytes=1000-', 1000, undefined],
    ['the last bytes', 'bytes=-7', -7, undefined],
    ['more than there is', 'bytes=5-999999999', 5, undefined],
  ])('come in parts: %s', async (_, range, start, end) => {
    const answer = await voxels({ range });
    expect(answer.status).toBe(206);
    const part = new Uint8Array(bytes.slice(start, end));
    const from = start < 0 ? bytes.length + start : start;
    expect(answer.headers.get('content-range')).toBe(`bytes ${from}-${from + part.length - 1}/${bytes.length}`);
    expect(answer.headers.get('content-length')).toBe(String(part.length));
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(part);
  });

  it.each(['bytes=999999999-', 'bytes=-0'])('have nothing at %s', async (range) => {
    const answer = await voxels({ range });
    expect(answer.status).toBe(416);
    expect(answer.headers.get('content-range')).toBe(`bytes */${bytes.length}`);
  });

  it.each(['bytes=5-2', 'bytes=-', 'bytes=0-1,5-6', 'lines=0-1', 'bytes=0x10-', 'bytes=1e3-'])(
    'come whole where the range is %s',
    async (range) => {
      const answer = await voxels({ range });
      expect(answer.status).toBe(200);
      await answer.body?.cancel();
    },
  );

  it('are sent again only where they are others', async () => {
    const etag = (await voxels({}, 'HEAD')).headers.get('etag') ?? '';
    expect((await voxels({ 'if-none-match': etag })).status).toBe(304);
    expect((await voxels({ range: 'bytes=0-1', 'if-range': etag })).status).toBe(206);
    const changed = await voxels({ range: 'bytes=0-1', 'if-range': '"other"' });
    expect(changed.status).toBe(200);
    await changed.body?.cancel();
  });
});

describe('thumbnails', () => {
  it('are pictures of one slice, asked for anew each time', async () => {
    const answer = await get(`/site/volumes/${id}/thumbnail.png`);
    expect(answer.headers.get('content-type')).toBe('image/png');
    const { width, height, channels, data } = decode(await answer.arrayBuffer());
    expect([Math.max(width, height), channels]).toEqual([128, 1]);
    expect(new Set(data).size).toBeGreaterThan(50);
    const etag = answer.headers.get('etag') ?? '';
    expect((await get(`/site/volumes/${id}/thumbnail.png`, { 'if-none-match': etag })).status).toBe(304);
  });

  it('are drawn again, and values measured again, for a volume that lacks them', async () => {
    const { folder } = window.workstation.site;
    const before = folder.volumes.get(id);
    unlinkSync(before.thumbnailFile);
    const answer = await get(`/site/volumes/${id}/thumbnail.png`);
    expect(answer.status).toBe(200);
    await answer.body?.cancel();
    const database = new Sqlite(join(folder.path, 'site.sqlite'));
    database.exec('UPDATE volumes SET display = NULL'); // as an earlier version left it
    database.close();
    expect(folder.volumes.get(id).display).toBeNull();
    expect(displayOf(folder, id)).toEqual(before.display);
    expect(folder.volumes.get(id).display).toEqual(before.display);
  });
});

describe('pictures of a window', () => {
  it('show it on a slice, larger where the window is larger', async () => {
    const bright = async (side: string) => {
      const answer = await get(`/site/volumes/${id}/window-coronal-${side}.png`);
      expect(answer.headers.get('content-type')).toBe('image/png');
      const { width, height, channels, data } = decode(await answer.arrayBuffer());
      expect([width, height, channels]).toEqual([480, 480, 3]);
      return Float64Array.from(data).reduce((sum, value) => sum + value, 0);
    };
    expect(await bright('32.0')).toBeGreaterThan(1.2 * (await bright('16')));
  });
});

describe('addresses', () => {
  it.each([
    '/site/volumes/../../identity.key',
    '/site/volumes/%2e%2e%2f%2e%2e%2fidentity.key/voxels',
    '/site/volumes/..%5c..%5cidentity.key/voxels',
    '/site/volumes/ID/voxels/../../../site.sqlite',
    '/site/volumes/0000000000000000/voxels',
    `/site/volumes/${'a'.repeat(65)}/voxels`,
    '/site/volumes/ID/window-oblique-32.png',
    '/site/volumes/ID/window-axial-0.png',
    '/site/volumes/ID/window-axial-99999.png',
    '/site/identity.key',
    '/site/',
    '/identity.key',
    '/site/volumes/ID\0/voxels',
    '/site//volumes/ID/voxels',
  ])('give nothing at %s', async (path) => {
    const answer = await get(path.replace('ID', id));
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain('PRIVATE');
  });

  it.each(['POST', 'PUT', 'DELETE'])('take no %s', async (method) => {
    expect((await voxels({}, method)).status).toBe(405);
  });

  it('give nothing before the first start', async () => {
    const empty = openWindow({ folder: join(base, 'none') });
    const answer = await empty.workstation.fetch(new Request('app://isocenter/site/volumes/0123/voxels'));
    expect([answer.status, (await answer.json()).code]).toEqual([404, 'site.not-yet']);
    await empty.workstation.close();
  });
});
