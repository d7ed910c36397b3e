/** Answers the window's address: its own files, and below `/site/` what its site gives. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { protocol } from 'electron';
import type { Workstation } from '../site/workstation.ts';
import { HOST, SCHEME } from './address.ts';

const PAGES = join(import.meta.dirname, '..', 'renderer');

const headers = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Call it before the app is ready. */
export function registerScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true };
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges }]);
}

export function serveWindow(workstation: Workstation): void {
  protocol.handle(SCHEME, async (request) => {
    const { host, pathname } = new URL(request.url);
    const answer =
      host !== HOST ? notFound() : await (pathname.startsWith('/site/') ? workstation.fetch(request) : page(pathname));
    const guarded = new Response(answer.body, answer);
    for (const [name, value] of Object.entries(headers)) guarded.headers.set(name, value);
    return guarded;
  });
}

async function page(pathname: string): Promise<Response> {
  const path = normalize(pathname === '/' ? '/index.html' : pathname); // a parsed URL's: `..` leads nowhere above `/`
  const type = types[extname(path)];
  try {
    if (type === undefined) return notFound();
    return new Response(new Uint8Array(await readFile(join(PAGES, path))), { headers: { 'Content-Type': type } });
  } catch {
    return notFound();
  }
}

function notFound(): Response {
  return new Response('not here', { status: 404 });
}
