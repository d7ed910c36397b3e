import { limits } from '../../../shared/protocol/limits.ts';
import type { MessageOf } from '../../../shared/protocol/messages.ts';
import { fingerprintOf } from '../wire/identity.ts';
import { hashToken } from '../wire/invitation.ts';
import type { AdmittedSite, CoordinatorState } from './state.ts';
import { claimToken } from './tokens.ts';

type Admission =
  | { site: AdmittedSite; again: boolean; tokens: CoordinatorState['tokens']; sites: AdmittedSite[] }
  | { refused: 'unknown-token' | 'token-used' | 'full' };

/** Whether a site that has proved its key may come in, and the state's lists with it in. */
export function admission(state: CoordinatorState, key: Uint8Array, join: MessageOf<'join'>): Admission {
  const fingerprint = fingerprintOf(key);
  const claim = claimToken(state.tokens, hashToken(join.token), fingerprint);
  if ('refused' in claim) return claim;
  const others = state.sites.filter((site) => site.fingerprint !== fingerprint);
  const again = others.length < state.sites.length;
  if (!again && others.length >= limits.sites) return { refused: 'full' };
  // Copies: what a message holds is a view into its whole frame.
  const site: AdmittedSite = {
    fingerprint,
    key: new Uint8Array(key),
    name: join.name,
    volumes: join.volumes,
    sealingKey: new Uint8Array(join.sealingKey),
    sealingSignature: new Uint8Array(join.sealingSignature),
  };
  return { site, again, tokens: claim.tokens, sites: [...others, site] };
}
