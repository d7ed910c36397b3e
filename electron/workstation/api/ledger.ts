/** The record of every decision. */
import { writeFileSync } from 'node:fs';
import type { ledgerVerbs } from '../../../shared/api/ledger.ts';
import type { SiteApi } from '../../../shared/api.ts';
import { viewLedger } from '../views/ledger-view.ts';
import type { Workstation } from '../workstation.ts';

export function ledgerApi(workstation: Workstation): Pick<SiteApi, keyof typeof ledgerVerbs> {
  return {
    readLedger: async () => viewLedger(workstation.site.ledger),
    exportLedger: async () => {
      const { ledger, name } = workstation.site;
      const lines = ledger.lines().map((line) => `${line}\n`);
      return workstation.exports.make(`Ledger of ${name}`, '.jsonl', (file) =>
        writeFileSync(file, lines.join(''), { mode: 0o600 }),
      );
    },
  };
}
