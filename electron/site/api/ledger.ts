import type { ledgerVerbs } from '../../../shared/api/ledger.ts';
import type { SiteApi } from '../../../shared/api.ts';
import type { Workstation } from '../workstation.ts';

export function ledgerApi(_workstation: Workstation): Pick<SiteApi, keyof typeof ledgerVerbs> {
  return {} as never; // being built
}
