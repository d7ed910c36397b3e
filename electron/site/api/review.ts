import type { reviewVerbs } from '../../../shared/api/review.ts';
import type { SiteApi } from '../../../shared/api.ts';
import type { Workstation } from '../workstation.ts';

export function reviewApi(_workstation: Workstation): Pick<SiteApi, keyof typeof reviewVerbs> {
  return {} as never; // being built
}
