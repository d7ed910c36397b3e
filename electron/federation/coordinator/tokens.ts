import type { Token } from './store.ts';

/**
 * The tokens after `site` (a fingerprint) has come with the token of this hash. A token lets in the site that uses it
 * first and no other; a site that was let in before may come with any unused token and leaves it unused.
 */
export function claimToken(
  tokens: Token[],
  hash: string,
  site: string,
): { tokens: Token[] } | { refused: 'unknown-token' | 'token-used' } {
  const token = tokens.find((candidate) => candidate.hash === hash);
  if (!token) return { refused: 'unknown-token' };
  if (token.site === site) return { tokens };
  if (token.site !== null) return { refused: 'token-used' };
  if (tokens.some((other) => other.site === site)) return { tokens };
  return { tokens: tokens.map((other) => (other === token ? { ...other, site } : other)) };
}
