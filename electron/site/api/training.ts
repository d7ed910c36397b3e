import type { trainingVerbs } from '../../../shared/api/training.ts';
import type { SiteApi } from '../../../shared/api.ts';
import type { Workstation } from '../workstation.ts';

export function trainingApi(_workstation: Workstation): Pick<SiteApi, keyof typeof trainingVerbs> {
  return {} as never; // being built
}
