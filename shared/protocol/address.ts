import { fault } from '../errors.ts';

/**
 * The coordinator's address as a URL of scheme, host and port: `ws://10.0.0.5:7411/`. A bare HOST:PORT takes the scheme
 * of `like`. Throws `federation.address-unsound`.
 */
export function coordinatorAddress(address: string, like = 'wss:'): URL {
  const text = address.includes('://') ? address : `${like}//${address}`;
  const unsound = () => fault('federation.address-unsound', { address });
  if (!URL.canParse(text)) throw unsound();
  const url = new URL(text);
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') throw unsound();
  if (url.hostname === '' || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw unsound();
  }
  return url;
}

/** Where a coordinator listens, as a site on this machine would write it. */
export function listeningAddress({ host, port, secure }: { host: string; port: number; secure: boolean }): string {
  return `${secure ? 'wss' : 'ws'}://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}

/**
 * What to tell a person loudly about the way to a coordinator; undefined where it is encrypted from end to end, or
 * local.
 */
export function openWayWords({ protocol, hostname }: URL, bound: boolean): string | undefined {
  if (bound || isLoopback(hostname)) return undefined;
  return protocol === 'wss:'
    ? 'The encrypted connection ends at a proxy before the coordinator, which can read and change weights.'
    : 'The connection is not encrypted: weights can be read and changed on the way.';
}

/** Whether only programs on this machine reach what listens on `host`. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}
