/** The record of every decision. */
import { writeFileSync } from 'node:fs';
import type { ledgerVerbs } from '../../../shared/api/ledger.ts';
import type { SiteApi } from '../../../shared/api.ts';
import type { Site } from '../../site/site.ts';
import type { Exports } from '../exports.ts';
import { viewLedger } from '../views/ledger-view.ts';

export function ledgerApi(site: () => Site, exports: Exports): Pick<SiteApi, keyof typeof ledgerVerbs> {
  return {
    readLedger: async () => viewLedger(site().ledger),
    exportLedger: async () => {
      const { ledger, name } = site();
      const lines = ledger.lines().map((line) => `${line}\n`);
      return exports.make(`Ledger of ${name}`, '.jsonl', (file) =>
        writeFileSync(file, lines.join(''), { mode: 0o600 }),
      );
    },
  };
}
