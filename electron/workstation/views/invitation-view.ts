/** An invitation in plain words: what its coordinator shows of it, and what the plan means for this site. */
import type { InvitationView } from '../../../shared/api/federation.ts';
import { asksOf } from '../../../shared/payload-sizes.ts';
import { termsOfInvitation } from '../../site/runs/invitation.ts';
import type { Site } from '../../site/site.ts';

/**
 * `planHash` is that of the plan in the view, for joining with that plan and no other. Errors as `termsOfInvitation`.
 */
export async function viewInvitation(
  { identity, folder }: Site,
  text: string,
  ca: string | null,
): Promise<{ view: InvitationView; planHash: string }> {
  const { planHash, warning = null, ...terms } = await termsOfInvitation(identity, text, ca ?? undefined);
  const { coordinator, plan, sitesNeeded, sites, joinedBefore, address } = terms;
  const view = {
    ...terms,
    secure: address.startsWith('wss:'),
    warning,
    knownCoordinator: coordinator.fingerprint === identity.fingerprint || folder.approvals.has(coordinator.fingerprint),
    asks: asksOf(plan, Math.max(sitesNeeded, joinedBefore ? sites : sites + 1)),
  };
  return { view, planHash };
}
