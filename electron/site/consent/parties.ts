/** Whom this person knows as recipients, and how they are forgotten. */
import { fault } from '../../../shared/errors.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';

/**
 * From here on the party is new: the next question names it so. Standing permissions that reach it are withdrawn, so
 * that a later approval does not wake them. All of it stands in the ledger. Throws `consent.unknown-party`.
 */
export function forgetParty(
  { ledger, approvals, permissions }: Pick<SiteFolder, 'ledger' | 'approvals' | 'permissions'>,
  fingerprint: string,
  by: string,
): void {
  ledger.together(() => {
    const party = approvals.remove(fingerprint);
    if (!party) throw fault('consent.unknown-party', { fingerprint });
    ledger.append({ type: 'party-forgotten', party, by });
    for (const { id, scope, bounds } of permissions.list()) {
      const reaches = bounds.recipients === undefined || bounds.recipients.includes(fingerprint);
      if (reaches || scope.asker === fingerprint) permissions.withdraw(id, by);
    }
  });
}
