/** Which requests a host listens to at all: those of its own pages, addressed to this machine by a loopback name. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { guardHeaders } from '../../shared/window-guard.ts';

/** Any port: behind `ssh -L` the browser knows another one than the host. */
const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/** Why a request is refused, or null. A name that only resolves to this machine (DNS rebinding) is foreign. */
export function refusal(request: IncomingMessage): 'host' | 'origin' | null {
  const { host, origin, upgrade } = request.headers;
  if (host === undefined || !LOOPBACK_HOST.test(host)) return 'host';
  if (origin !== undefined && origin !== `http://${host}`) return 'origin';
  const isRead = (request.method === 'GET' || request.method === 'HEAD') && upgrade === undefined;
  if (!isRead) return origin === undefined ? 'origin' : null;
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return null;
  // A link on another page may lead here, a part of another page may not.
  const isLink = request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document';
  return isLink && pathOf(request) === '/' ? null : 'origin';
}

/** Of an address that is none, such as `//`, what leads nowhere. */
export function pathOf(request: IncomingMessage): string {
  return urlOf(request)?.pathname ?? '/nowhere';
}

export function urlOf({ url = '/' }: IncomingMessage): URL | undefined {
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost') : undefined;
}

export function guard(response: ServerResponse): void {
  for (const [name, value] of Object.entries(guardHeaders)) response.setHeader(name, value);
}
