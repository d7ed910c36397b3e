import type { consentVerbs } from '../../../shared/api/consent.ts';
import type { SiteApi } from '../../../shared/api.ts';
import type { Workstation } from '../workstation.ts';

export function consentApi(_workstation: Workstation): Pick<SiteApi, keyof typeof consentVerbs> {
  return {} as never; // being built
}
