/** The window's own files, as `vite build` left them. */
import { createReadStream, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

/** Answers with the file of that path below `folder`; false where there is none. */
export async function servePage(folder: string, path: string, response: ServerResponse): Promise<boolean> {
  const file = join(folder, path === '/' ? 'index.html' : path); // `path` is a parsed URL's: no `..` in it
  const type = types[extname(file)];
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
