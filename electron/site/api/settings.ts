import type { settingsVerbs } from '../../../shared/api/settings.ts';
import type { SiteApi } from '../../../shared/api.ts';
import type { Workstation } from '../workstation.ts';

export function settingsApi(_workstation: Workstation): Pick<SiteApi, keyof typeof settingsVerbs> {
  return {} as never; // being built
}
