/** An invitation in plain words: what its coordinator shows of it, and what the plan means for this site. */
import type { InvitationView } from '../../../shared/api/federation.ts';
import { asksOf } from '../../../shared/payload-sizes.ts';
import { readTerms } from '../../federation/participant/terms.ts';
import { parseInvitation } from '../../federation/wire/invitation.ts';
import { readPem } from '../../site/pem.ts';
import type { Site } from '../../site/site.ts';

/** `planHash` is that of the plan in the view, for joining with that plan and no other. Errors as `readTerms`, and `parseInvitation`. */
export async function viewInvitation(
  { identity, folder }: Site,
  text: string,
  ca: string | null,
): Promise<{ view: InvitationView; planHash: string }> {
  const invitation = parseInvitation(text);
  const terms = await readTerms({ identity, invitation, ca: ca === null ? undefined : readPem(ca) });
  const { coordinator, plan, planHash, state, sitesNeeded, sites, joinedBefore, warning = null } = terms;
  const { federation, address } = invitation;
  const view = {
    federation,
    address,
    secure: address.startsWith('wss:'),
    warning,
    coordinator,
    knownCoordinator: coordinator.fingerprint === identity.fingerprint || folder.approvals.has(coordinator.fingerprint),
    plan,
    state,
    sitesNeeded,
    sites,
    joinedBefore,
    asks: asksOf(plan, Math.max(sitesNeeded, joinedBefore ? sites : sites + 1)),
  };
  return { view, planHash };
}
