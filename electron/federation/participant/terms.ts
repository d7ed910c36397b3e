/** What an invitation leads to, before it is accepted: connects, has the coordinator prove its key, asks, and goes. */
import type { Party } from '../../../shared/consent.ts';
import { fault } from '../../../shared/errors.ts';
import { planHash } from '../../../shared/hash.ts';
import type { Plan } from '../../../shared/plan.ts';
import { coordinatorAddress, openWayWords } from '../../../shared/protocol/address.ts';
import { defaultTiming, type Timing } from '../../../shared/protocol/limits.ts';
import { noTraffic } from '../../../shared/protocol/traffic.ts';
import type { Identity } from '../wire/identity.ts';
import type { Invitation } from '../wire/invitation.ts';
import { dial } from '../wire/socket.ts';
import { hex } from '../wire/transcript.ts';
import { askTerms } from './handshake.ts';

export interface TermsOptions {
  identity: Identity;
  invitation: Invitation;
  ca?: string; // PEM
  signal?: AbortSignal;
  timing?: Timing;
}

export interface Terms {
  coordinator: Party;
  plan: Plan;
  planHash: string; // hex
  state: 'waiting' | 'running' | 'finished';
  sitesNeeded: number; // before the first round
  sites: number; // admitted so far
  joinedBefore: boolean; // this site
  warning: string | undefined; // where the way is not encrypted from end to end
}

/** Throws as `dial` and `askTerms`, and `federation.wrong-federation` or `-wrong-plan`. */
export async function readTerms(options: TermsOptions): Promise<Terms> {
  const { identity, invitation, ca, signal, timing = defaultTiming } = options;
  const url = coordinatorAddress(invitation.address);
  const channel = await dial({ url, invitedHost: url.hostname, ca, timing, signal });
  const { handshakeTime } = timing;
  const shown = await askTerms(channel, { identity, invitation, traffic: noTraffic(), handshakeTime });
  const { federation, coordinator, plan, state, sitesNeeded, sites, joinedBefore, bound } = shown;
  if (federation !== invitation.federation) {
    throw fault('federation.wrong-federation', { found: federation, expected: invitation.federation });
  }
  if (planHash(plan) !== hex(shown.planHash)) throw fault('federation.wrong-plan');
  return {
    coordinator: { name: coordinator, fingerprint: invitation.fingerprint },
    plan,
    planHash: hex(shown.planHash),
    state,
    sitesNeeded,
    sites,
    joinedBefore,
    warning: openWayWords(url, bound),
  };
}
