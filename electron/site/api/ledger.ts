/** The record of every decision. */
import type { ledgerVerbs } from '../../../shared/api/ledger.ts';
import type { SiteApi } from '../../../shared/api.ts';
import { viewLedger } from '../ledger-view.ts';
import type { Workstation } from '../workstation.ts';

export function ledgerApi(workstation: Workstation): Pick<SiteApi, keyof typeof ledgerVerbs> {
  return {
    readLedger: async () => viewLedger(workstation.site.ledger),
    exportLedger: async () => {
      throw new Error('being built');
    },
  };
}
