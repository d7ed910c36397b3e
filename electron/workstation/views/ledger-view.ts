/** The ledger as a person reads it: each entry one sentence, each decision with what became of it. */

import type { LedgerLine, LedgerPayload, LedgerView } from '../../../shared/api/ledger.ts';
import { NOBODY, type PayloadKind } from '../../../shared/consent.ts';
import { boundsInWords } from '../../site/consent/bounds.ts';
import type { Ledger, LedgerRecord } from '../../storage/ledger.ts';

type RecordOf<Type extends LedgerRecord['type']> = Extract<LedgerRecord, { type: Type }>;

/** Walks the whole chain. Where it is broken, what can still be read of it stands there all the same. */
export function viewLedger(ledger: Ledger): LedgerView {
  const { head, broken } = ledger.verify();
  const records = ledger.readable();
  const decisions = new Map(records.flatMap((record) => (record.type === 'decision' ? [[record.number, record]] : [])));
  const outcomes = new Map<number, RecordOf<'outcome'>>(); // the last one of each decision
  const permissions = new Map<string, RecordOf<'permission-granted'>>();
  for (const record of records) {
    if (record.type === 'outcome') outcomes.set(record.decision, record);
    if (record.type === 'permission-granted') permissions.set(record.permission, record);
  }
  return { lines: records.map((record) => lineOf(record, { decisions, outcomes, permissions })), head, broken };
}

/** What other entries say about one, by number or name. */
interface Others {
  decisions: Map<number, RecordOf<'decision'>>;
  outcomes: Map<number, RecordOf<'outcome'>>; // by decision
  permissions: Map<string, RecordOf<'permission-granted'>>;
}

function lineOf(record: LedgerRecord, { decisions, outcomes, permissions }: Others): LedgerLine {
  const { number, at, type, hash } = record;
  const nothing = { answer: null, outcome: null, payload: null, bounds: null, reason: '' };
  const base = { number, at, type, hash, ...nothing };
  switch (record.type) {
    case 'decision': {
      const { payload, answer, by, reason, bounds = null } = record;
      const outcome = outcomes.get(number)?.outcome ?? null;
      return { ...base, words: decisionWords(record), by, answer, outcome, payload, bounds, reason };
    }
    case 'outcome': {
      const { outcome, note } = record;
      const payload = decisions.get(record.decision)?.payload ?? null;
      return { ...base, words: outcomeWords(record, payload), by: '', outcome, payload, reason: note };
    }
    case 'permission-granted': {
      const { scope, bounds, by } = record;
      const what = `${contents(scope)} of ${stages[scope.stage]}`;
      const words = `${by} granted a standing permission for ${what} in "${scope.federation}": ${boundsInWords(bounds)}.`;
      return { ...base, words, by, bounds };
    }
    case 'permission-withdrawn': {
      const { permission, by } = record;
      const granted = permissions.get(permission);
      const what = granted ? `for ${contents(granted.scope)} in "${granted.scope.federation}"` : permission;
      return { ...base, words: `${by} withdrew the standing permission ${what}.`, by };
    }
    case 'party-forgotten': {
      const { party, by } = record;
      return { ...base, words: `${by} forgot ${party.name} (${party.fingerprint}), who is new again.`, by };
    }
  }
}

/** "anna allowed feature vectors of pre-training round 2 to leave for 2 sites." */
function decisionWords({ by, answer, payload, bounds }: RecordOf<'decision'>): string {
  const what = `${contents(payload)} of ${stages[payload.stage]} round ${payload.round}`;
  const whom = payload.kind === 'weights' ? `the coordinator ${payload.recipients[0]?.name}` : sites(payload);
  const who = whoWords(by);
  switch (answer) {
    case 'allow-once':
      return `${who} allowed ${what} to leave for ${whom}.`;
    case 'allow-run':
      return `${who} allowed ${what} to leave for ${whom}, and later ones within bounds (${boundsInWords(bounds ?? {})}).`;
    case 'refuse':
      return by === NOBODY
        ? `Nobody allowed ${what}, which stayed here.`
        : `${who} refused ${what} to leave for ${whom}.`;
    case 'refuse-and-leave':
      return `${who} refused ${what} to leave for ${whom}, and left the federation.`;
  }
}

function outcomeWords({ decision, outcome, note }: RecordOf<'outcome'>, payload: LedgerPayload | null): string {
  const what = payload ? `${capital(contents(payload))} of round ${payload.round}` : 'A payload';
  const why = note === '' ? '' : ` (${note})`;
  const became = {
    sent: 'were sent',
    withheld: `stayed here${why}`,
    failed: `could not be sent${why}`,
  };
  return `${what} ${became[outcome]}, as decided in entry ${decision}.`;
}

function whoWords(by: string): string {
  if (by === 'standing permission') return 'A standing permission';
  if (by === 'rule of the site') return "The site's rule";
  if (by === NOBODY) return 'Nobody';
  return by.startsWith('policy ') ? `The ${by.split(' sha256:')[0]}` : by;
}

const stages = { pretraining: 'pre-training', finetuning: 'fine-tuning' };

function contents({ kind }: { kind: PayloadKind }): string {
  return kind === 'features' ? 'feature vectors' : 'network weights';
}

function sites({ recipients }: LedgerPayload): string {
  const [only] = recipients;
  return recipients.length === 1 && only ? only.name : `${recipients.length} sites`;
}

function capital(words: string): string {
  return words[0].toUpperCase() + words.slice(1);
}
