import type { volumeVerbs } from '../../../shared/api/volumes.ts';
import type { SiteApi } from '../../../shared/api.ts';
import type { Workstation } from '../workstation.ts';

export function volumesApi(_workstation: Workstation): Pick<SiteApi, keyof typeof volumeVerbs> {
  return {} as never; // being built
}
