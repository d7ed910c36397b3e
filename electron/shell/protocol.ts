/** Answers the window's address: its own files, and below `/site/` what its site gives. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { protocol } from 'electron';
import { guardHeaders, pageTypes } from '../../shared/window-guard.ts';
import type { Workstation } from '../workstation/workstation.ts';
import { HOST, SCHEME } from './address.ts';

const PAGES = join(import.meta.dirname, '..', 'renderer');

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
    for (const [name, value] of Object.entries(guardHeaders)) guarded.headers.set(name, value);
    return guarded;
  });
}

async function page(pathname: string): Promise<Response> {
  const path = normalize(pathname === '/' ? '/index.html' : pathname); // a parsed URL's: `..` leads nowhere above `/`
  const type = pageTypes[extname(path)];
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
