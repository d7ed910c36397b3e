import type { viewerVerbs } from '../../../shared/api/viewer.ts';
import type { SiteApi } from '../../../shared/api.ts';
import type { Workstation } from '../workstation.ts';

export function viewerApi(_workstation: Workstation): Pick<SiteApi, keyof typeof viewerVerbs> {
  return {} as never; // being built
}
