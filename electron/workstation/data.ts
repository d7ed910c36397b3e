/**
 * What a page fetches by address, below `/site/`:
 *
 *     volumes/ID/voxels     volumes/ID/thumbnail.png     volumes/ID/window-AXIS-MM.png
 *     maps/ID/voxels        maps/ID/thumbnail.png        exports/ID/NAME
 */
import { statSync } from 'node:fs';
import { isFault, reportOf } from '../../shared/errors.ts';
import type { SliceAxis } from '../../shared/volume.ts';
import { reviewPictureFile } from '../site/review-picture.ts';
import type { Site } from '../site/site.ts';
import { thumbnailFile } from '../site/thumbnails.ts';
import { drawWindowPicture } from '../site/window-picture.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import { voxelPlace } from '../storage/volume-file.ts';
import type { Exports } from './exports.ts';
import { servePart } from './ranges.ts';

/** Where it comes from. */
interface Source {
  folder: SiteFolder;
  exports: Exports;
}

/**
 * `path` captures ids, each by `([\w-]{1,64})`, so that nothing of an address ever becomes part of a path but an id;
 * and numbers, and names that are listed.
 */
interface Route {
  path: RegExp; // of what stands after /site/
  serve(source: Source, request: Request, ...captured: string[]): Promise<Response>;
}

const routes: Route[] = [
  { path: /^volumes\/([\w-]{1,64})\/voxels$/, serve: voxels },
  { path: /^volumes\/([\w-]{1,64})\/thumbnail\.png$/, serve: thumbnail },
  {
    path: /^volumes\/([\w-]{1,64})\/window-(axial|coronal|sagittal)-([1-9]\d{0,3}(?:\.\d)?)\.png$/,
    serve: windowPicture,
  },
  { path: /^maps\/([\w-]{1,64})\/voxels$/, serve: mapVoxels },
  { path: /^maps\/([\w-]{1,64})\/thumbnail\.png$/, serve: mapThumbnail },
  { path: /^exports\/([\w-]{1,64})\/[^/]+$/, serve: exported },
];

/** `site` throws where none is open, which is answered as an error. */
export async function serveData(site: () => Site, exports: Exports, request: Request): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return new Response('only GET and HEAD', { status: 405, headers: { allow: 'GET, HEAD' } });
  }
  const path = /^\/site\/(.*)$/.exec(new URL(request.url).pathname)?.[1] ?? '';
  for (const route of routes) {
    const match = route.path.exec(path);
    if (!match) continue;
    try {
      return await route.serve({ folder: site().folder, exports }, request, ...match.slice(1));
    } catch (error) {
      const missing =
        isFault(error) && /^(storage\.(no-such-|file-missing)|site\.(not-yet|no-export))/.test(error.code);
      return Response.json(reportOf(error), { status: missing ? 404 : 500, headers: { 'cache-control': 'no-store' } });
    }
  }
  return new Response('not here', { status: 404, headers: { 'cache-control': 'no-store' } });
}

/** The voxels of a volume never change: a changed image is another volume. */
async function voxels({ folder }: Source, request: Request, id: string): Promise<Response> {
  const { imageFile, contentHash } = folder.volumes.get(id);
  return servePart({ file: imageFile, ...voxelPlace(imageFile) }, request, {
    'content-type': 'application/octet-stream',
    'cache-control': 'private, max-age=31536000, immutable',
    etag: `"${contentHash}"`,
  });
}

async function thumbnail({ folder }: Source, request: Request, id: string): Promise<Response> {
  return servePicture(thumbnailFile(folder, id), request);
}

/** A slice with a plan's window on it: its axis, and its side in mm. Drawn anew each time, since plans are tried out. */
async function windowPicture(
  { folder }: Source,
  request: Request,
  id: string,
  axis: string,
  side: string,
): Promise<Response> {
  return servePart(drawWindowPicture(folder, id, axis as SliceAxis, Number(side)), request, {
    'content-type': 'image/png',
    'cache-control': 'no-store',
  });
}

/** A prediction's outlines, beside those of the training labels. */
async function mapThumbnail({ folder }: Source, request: Request, id: string): Promise<Response> {
  return servePicture(reviewPictureFile(folder, id), request);
}

/** A file that was made for the person to take away; found by its id alone. */
async function exported({ exports }: Source, request: Request, id: string): Promise<Response> {
  const { name, file, bytes, type } = exports.get(id);
  const plain = name.replace(/[^\w.-]/g, '_'); // for what does not know RFC 6266's filename*
  return servePart({ file, offset: 0, bytes }, request, {
    'content-type': type,
    'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`,
    'cache-control': 'no-store',
  });
}

function servePicture(file: string, request: Request): Promise<Response> {
  const { size, mtimeMs } = statSync(file);
  return servePart({ file, offset: 0, bytes: size }, request, {
    'content-type': 'image/png',
    'cache-control': 'private, no-cache', // asked for again each time, and not sent again where it is the same
    etag: `"${Math.round(mtimeMs)}-${size}"`,
  });
}

/** The voxels of a label map as they are now. Those of a drawing come from memory, where strokes change them. */
async function mapVoxels({ folder }: Source, request: Request, id: string): Promise<Response> {
  const { labelMaps } = folder;
  const file = labelMaps.fileOf(id);
  const headers = { 'content-type': 'application/octet-stream', 'cache-control': 'private, no-cache' };
  if (file === null) return servePart(labelMaps.read(id).voxels, request, { ...headers, 'cache-control': 'no-store' });
  const { mtimeMs, ino } = statSync(file);
  return servePart({ file, ...voxelPlace(file) }, request, { ...headers, etag: `"${Math.round(mtimeMs)}-${ino}"` });
}
