/** The bounds of a policy or a standing permission, held against a payload. */
import type { Bounds, PayloadDescription } from '../../../shared/consent.ts';

/** The first bound that the payload breaks, in plain words; undefined where all hold. What is absent is not bounded. */
export function brokenBound(bounds: Bounds, payload: PayloadDescription, now: Date): string | undefined {
  const { vectors, bytes, rounds, recipients, until } = bounds;
  const most = (bound: number | undefined, value: number, what: string) =>
    bound !== undefined && value > bound ? `${what}: ${value} is more than the ${bound} allowed` : undefined;
  const stranger = recipients && payload.recipients.find(({ fingerprint }) => !recipients.includes(fingerprint));
  return (
    most(vectors, payload.vectors, 'vectors') ??
    most(bytes, payload.bytes, 'bytes') ??
    most(rounds, payload.round, 'rounds') ??
    (stranger && `recipients: ${stranger.name} (${stranger.fingerprint}) is not among those allowed`) ??
    (until !== undefined && now >= new Date(until) ? `until: ${until} is over` : undefined)
  );
}

/** Bounds in plain words, for a prompt or the ledger. */
export function boundsInWords({ vectors, bytes, rounds, recipients, until }: Bounds): string {
  const words = [
    vectors !== undefined && `at most ${vectors} vectors a payload`,
    bytes !== undefined && `at most ${bytes} bytes a payload`,
    rounds !== undefined && `up to round ${rounds}`,
    recipients !== undefined && `${recipients.length} named recipient${recipients.length === 1 ? '' : 's'} only`,
    until !== undefined && `until ${until}`,
  ].filter((part) => part !== false);
  return words.length === 0 ? 'without bounds' : words.join(', ');
}
