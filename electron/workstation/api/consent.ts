/** What waits for a person's decision, and what stands. */
import type { consentVerbs } from '../../../shared/api/consent.ts';
import type { SiteApi } from '../../../shared/api.ts';
import { forgetParty } from '../views/parties.ts';
import type { Workstation } from '../workstation.ts';

export function consentApi(workstation: Workstation): Pick<SiteApi, keyof typeof consentVerbs> {
  const person = () => workstation.snapshot.person;
  return {
    answerQuestion: async (id, answer) => {
      workstation.federating.consent.answer(id, answer);
    },
    withdrawPermission: async (id) => {
      workstation.site.folder.permissions.withdraw(id, person());
    },
    listKnownParties: async () => workstation.site.folder.approvals.list(),
    forgetParty: async (fingerprint) => {
      forgetParty(workstation.site.folder, fingerprint, person());
    },
  };
}
