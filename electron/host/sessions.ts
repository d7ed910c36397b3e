/**
 * Who may use the host: a token in a link, good once, opens a session of one browser. Only hashes of secrets are kept.
 */
import { createHash, randomBytes } from 'node:crypto';

/** What a browser gets for its token. Both are needed: see `Sessions`. */
export interface Session {
  cookie: string; // sent by the browser with every request
  pageKey: string; // kept by the page, sent when it opens its WebSocket
}

const COOKIE_AGE = 7 * 24 * 3600; // s; a page renews it when it loads

/**
 * A cookie alone opens no WebSocket: browsers send it to every port of this machine, so another program's page here
 * could learn it. The page's key stays with the page's own origin, which has a port.
 */
export class Sessions {
  readonly #cookieName = `isocenter-${randomBytes(4).toString('hex')}`; // of this host alone
  #token: string | undefined; // hash of the one that is good
  readonly #pageKeys = new Map<string, string>(); // hash of a cookie -> hash of its page's key

  /** A new token; one that was not used yet is good no more. */
  newToken(): string {
    const token = randomBytes(32).toString('base64url');
    this.#token = hash(token);
    return token;
  }

  /** Undefined where the token is not, or no longer, good. */
  exchange(token: string): Session | undefined {
    if (this.#token === undefined || hash(token) !== this.#token) return undefined;
    this.#token = undefined;
    const session = { cookie: randomBytes(32).toString('base64url'), pageKey: randomBytes(32).toString('base64url') };
    this.#pageKeys.set(hash(session.cookie), hash(session.pageKey));
    return session;
  }

  /** The session's cookie in a request's `Cookie` header, if it is one of this host. */
  cookieIn(header: string | undefined): string | undefined {
    for (const pair of header?.split(';') ?? []) {
      const [name, value] = pair.trim().split('=');
      if (name === this.#cookieName && value && this.#pageKeys.has(hash(value))) return value;
    }
    return undefined;
  }

  fits(cookie: string, pageKey: string): boolean {
    return this.#pageKeys.get(hash(cookie)) === hash(pageKey);
  }

  /** The `Set-Cookie` header. No `Secure`: a loopback address has no certificate. */
  setCookie(cookie: string): string {
    return `${this.#cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${COOKIE_AGE}`;
  }
}

/** Compared instead of the secret itself: how long that takes tells nothing. */
function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}
