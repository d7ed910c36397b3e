/** Creating, joining and leaving a federation. */
import type { federationVerbs } from '../../../shared/api/federation.ts';
import type { SiteApi } from '../../../shared/api.ts';
import type { OpenSite } from '../open-site.ts';

export function federationApi(open: () => OpenSite): Pick<SiteApi, keyof typeof federationVerbs> {
  return {
    hostFederation: (request) => open().hosting.start(request),
    continueHosting: () => open().hosting.continue(),
    stopHosting: () => open().hosting.stop(),
    abandonHosting: async () => {
      open().hosting.abandon();
    },
    createInvitation: async (address) => open().site.invite(address ?? undefined),
    readInvitation: (invitation, ca) => open().participation.read(invitation, ca),
    joinFederation: (invitation, ca, cohort) => open().participation.join(invitation, ca ?? undefined, cohort),
    leaveFederation: async () => {
      open().participation.leave();
    },
  };
}
