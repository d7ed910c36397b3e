/** Which requests a host listens to at all: those of its own pages, addressed to this machine by a loopback name. */
import type { IncomingMessage, ServerResponse } from 'node:http';

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

export function pathOf(request: IncomingMessage): string {
  return new URL(request.url ?? '/', 'http://localhost').pathname;
}

/** On every answer, data included: an exported page is to be saved, not to run here. */
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
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
};

export function guard(response: ServerResponse): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
