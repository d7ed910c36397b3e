/** The ledger's lines as the page shows them: which fit the filters, and their words. */
import type { LedgerLine } from '../../../shared/api/ledger.ts';
import { type Bounds, NOBODY } from '../../../shared/consent.ts';
import { texts, time } from '../../texts/index.ts';
import { byNumber, byText, type Column } from '../../ui/table.ts';

export const answerFilters = ['allowed', 'refused', 'nobody', 'rule'] as const;
export const aboutFilters = ['features', 'weights', 'permissions'] as const;

export interface LedgerFilter {
  words: string; // each must stand somewhere in the entry
  answer: (typeof answerFilters)[number] | 'any';
  about: (typeof aboutFilters)[number] | 'any';
  federation: string; // '' for any
  everyEntry: boolean; // also what only says what became of a decision, which stands in its line already
}

export const noFilter: LedgerFilter = { words: '', answer: 'any', about: 'any', federation: '', everyEntry: false };

/** A line of the table; `id` is the entry's number. */
export type Entry = LedgerLine & { id: string };

export function entriesOf(lines: LedgerLine[]): Entry[] {
  return lines.map((line) => ({ ...line, id: String(line.number) }));
}

export function federationsOf(lines: LedgerLine[]): string[] {
  return [...new Set(lines.flatMap(({ payload }) => payload?.federation ?? []))].sort();
}

export function fittingEntries(entries: Entry[], filter: LedgerFilter): Entry[] {
  const wanted = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    if (entry.type === 'outcome' && !filter.everyEntry) return false;
    if (filter.answer !== 'any' && !hasAnswer(entry, filter.answer)) return false;
    if (filter.about === 'permissions' && !entry.type.startsWith('permission')) return false;
    if ((filter.about === 'features' || filter.about === 'weights') && entry.payload?.kind !== filter.about)
      return false;
    if (filter.federation !== '' && entry.payload?.federation !== filter.federation) return false;
    const text = wanted.length > 0 ? textOf(entry) : '';
    return wanted.every((word) => text.includes(word));
  });
}

function hasAnswer({ answer, by }: Entry, wanted: (typeof answerFilters)[number]): boolean {
  if (answer === null) return false;
  if (wanted === 'nobody') return by === NOBODY;
  if (wanted === 'rule')
    return ['policy', 'standing permission', 'rule of the site'].some((rule) => by.startsWith(rule));
  return answer.startsWith(wanted === 'allowed' ? 'allow' : 'refuse');
}

function textOf({ words, by, reason, hash, payload, at }: Entry): string {
  const parties = payload
    ? [payload.asker, ...payload.recipients].flatMap(({ name, fingerprint }) => [name, fingerprint])
    : [];
  return [words, by, reason, hash, at, payload?.federation, payload?.sha256, ...parties].join('\n').toLowerCase();
}

/** "at most 300 vectors at a time, up to round 10" */
export function boundsWords({ vectors, bytes, rounds, recipients, until }: Bounds): string {
  const words = texts.ledger.boundWords;
  return [
    vectors !== undefined && words.vectors(vectors),
    bytes !== undefined && words.bytes(bytes),
    rounds !== undefined && words.rounds(rounds),
    recipients !== undefined && words.recipients(recipients.length),
    until !== undefined && words.until(time(until)),
  ]
    .filter(Boolean)
    .join(', ');
}

const words = texts.ledger.columns;
export const columns: Column<Entry>[] = [
  { key: 'number', title: words.number, width: '4rem', right: true, compare: byNumber((entry) => entry.number) },
  { key: 'at', title: words.at, width: '8rem', compare: byText(({ at }) => at) },
  { key: 'words', title: words.words },
  { key: 'answer', title: words.answer, width: '11.5rem', compare: byText(({ answer }) => answer ?? '') },
  { key: 'outcome', title: words.outcome, width: '11rem', compare: byText(({ outcome }) => outcome ?? '') },
  { key: 'by', title: words.by, width: '9.5rem', compare: byText(({ by }) => by) },
];
