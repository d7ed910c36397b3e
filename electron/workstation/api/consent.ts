/** What waits for a person's decision, and what stands. */
import type { consentVerbs } from '../../../shared/api/consent.ts';
import type { SiteApi } from '../../../shared/api.ts';
import { forgetParty } from '../../site/consent/parties.ts';
import type { OpenSite } from '../open-site.ts';
import type { Windows } from '../windows.ts';

export function consentApi(open: () => OpenSite, windows: Windows): Pick<SiteApi, keyof typeof consentVerbs> {
  const person = () => windows.snapshot.person;
  return {
    answerQuestion: async (id, answer) => {
      open().consent.answer(id, answer);
    },
    withdrawPermission: async (id) => {
      open().site.folder.permissions.withdraw(id, person());
    },
    listKnownParties: async () => open().site.folder.approvals.list(),
    forgetParty: async (fingerprint) => {
      forgetParty(open().site.folder, fingerprint, person());
    },
  };
}
