import type { federationVerbs } from '../../../shared/api/federation.ts';
import type { SiteApi } from '../../../shared/api.ts';
import type { Workstation } from '../workstation.ts';

export function federationApi(_workstation: Workstation): Pick<SiteApi, keyof typeof federationVerbs> {
  return {} as never; // being built
}
