/** The window's own files, as `vite build` left them. */
import { createReadStream, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pageTypes } from '../../shared/window-guard.ts';

/** Answers with the file of that path below `folder`; false where there is none. */
export async function servePage(folder: string, path: string, response: ServerResponse): Promise<boolean> {
  const file = join(folder, path === '/' ? 'index.html' : path); // `path` is a parsed URL's: no `..` in it
  const type = pageTypes[extname(file)];
  const stats = statSync(file, { throwIfNoEntry: false });
  if (type === undefined || !stats?.isFile() || relative(folder, file).startsWith('..')) return false;
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', stats.size);
  // Names of assets hold a hash of what is in them.
  response.setHeader(
    'Cache-Control',
    path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache',
  );
  await pipeline(createReadStream(file), response);
  return true;
}
