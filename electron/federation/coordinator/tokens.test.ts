import { describe, expect, it } from 'vitest';
import { claimToken } from './tokens.ts';

const fresh = [
  { hash: 'one', site: null },
  { hash: 'two', site: null },
];

describe('tokens', () => {
  it('let in the site that comes first, again and again, and no other', () => {
    const claim = claimToken(fresh, 'one', 'a');
    if ('refused' in claim) throw new Error(claim.refused);
    expect(claim.tokens).toEqual([{ hash: 'one', site: 'a' }, fresh[1]]);
    expect(claimToken(claim.tokens, 'one', 'a')).toEqual(claim);
    expect(claimToken(claim.tokens, 'one', 'b')).toEqual({ refused: 'token-used' });
    expect(fresh[0].site).toBeNull();
  });

  it('that nobody gave out let nobody in', () => {
    expect(claimToken(fresh, 'three', 'a')).toEqual({ refused: 'unknown-token' });
  });

  it('are not used up by a site that is in already', () => {
    const tokens = [{ hash: 'one', site: 'a' }, fresh[1]];
    expect(claimToken(tokens, 'two', 'a')).toEqual({ tokens });
  });
});
