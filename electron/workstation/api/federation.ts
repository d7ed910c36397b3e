/** Creating, joining and leaving a federation. */
import type { federationVerbs } from '../../../shared/api/federation.ts';
import type { SiteApi } from '../../../shared/api.ts';
import type { Workstation } from '../workstation.ts';

export function federationApi(workstation: Workstation): Pick<SiteApi, keyof typeof federationVerbs> {
  return {
    hostFederation: (request) => workstation.federating.hosting.start(request),
    continueHosting: () => workstation.federating.hosting.continue(),
    stopHosting: () => workstation.federating.hosting.stop(),
    abandonHosting: async () => {
      workstation.federating.hosting.abandon();
    },
    createInvitation: async (address) => workstation.site.invite(address ?? undefined),
    readInvitation: (invitation, ca) => workstation.federating.participation.read(invitation, ca),
    joinFederation: (invitation, ca) => workstation.federating.participation.join(invitation, ca ?? undefined),
    leaveFederation: async () => {
      workstation.federating.participation.leave();
    },
  };
}
