import { Command } from 'commander';
import { fault } from '../../../shared/errors.ts';
import { type LedgerRecord, Site } from '../../site/site.ts';
import { run } from '../action.ts';
import { byteText, table } from '../output.ts';

export function ledger(): Command {
  return new Command('ledger')
    .description('Show every decision about what may leave, or prove that the record is whole.')
    .argument('<site>', 'folder of the site')
    .option('--verify', 'walk the hash chain; exit code 1 where it is broken')
    .option('--json', 'print as JSON')
    .action((folder: string, options: { verify?: boolean; json?: boolean }) =>
      run(options, async ({ output }) => {
        await using site = Site.open(folder);
        if (options.verify) {
          const check = site.ledger.verify();
          if (check.broken) throw fault('site.ledger-broken', { site: site.folder.path, ...check.broken });
          output.result(
            { whole: true, entries: check.entries, head: check.head },
            `The ledger is whole: ${check.entries} entries.\nHead hash: ${check.head}\nNote it elsewhere: a later ledger must still contain it.`,
          );
          return;
        }
        const records = site.ledger.list();
        const headings = ['#', 'time', 'what', 'payload', 'round', 'size', 'to', 'by', 'reason'];
        output.result(records, records.length > 0 ? table(headings, records.map(row)) : 'No decisions yet.');
      }),
    );
}

const answers = {
  'allow-once': 'allowed',
  'allow-run': 'allowed for the run',
  refuse: 'refused',
  'refuse-and-leave': 'refused and left',
};

function row(record: LedgerRecord): (string | number)[] {
  const time = record.at.slice(0, 19).replace('T', ' ');
  switch (record.type) {
    case 'decision': {
      const { payload, by, reason } = record;
      const to = payload.recipients.map(({ name, isNew }) => (isNew ? `${name} (new)` : name)).join(', ');
      const round = `${payload.stage} ${payload.round}`;
      return [
        record.number,
        time,
        answers[record.answer],
        payload.kind,
        round,
        byteText(payload.bytes),
        to,
        by,
        reason,
      ];
    }
    case 'outcome':
      return [record.number, time, `${record.outcome} (#${record.decision})`, '', '', '', '', '', record.note];
    case 'permission-granted':
      return [record.number, time, 'standing permission', record.scope.kind, '', '', '', record.by, record.permission];
    case 'permission-withdrawn':
      return [record.number, time, 'permission withdrawn', '', '', '', '', record.by, record.permission];
    case 'party-forgotten':
      return [record.number, time, 'forgotten: new again', '', '', '', record.party.name, record.by, ''];
  }
}
