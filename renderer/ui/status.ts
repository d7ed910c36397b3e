/** What the status line says, found out of the snapshot alone. */
import type { Activity } from '../../shared/api/training.ts';
import type { Snapshot } from '../../shared/api.ts';
import { texts } from '../texts/index.ts';

/** "Pre-training: round 2 of 10" */
export function activityWords({ kind, state, words, waiting }: Activity): string {
  const now = waiting ? texts.status.waiting : state === 'running' ? words : texts.status[state];
  return [texts.status.kinds[kind], now].filter(Boolean).join(': ');
}

/** The federation that this site takes part in, else the one that it hosts. */
export function federationWords({
  membership,
  hosted,
}: Pick<Snapshot, 'membership' | 'hosted'>): { words: string; unencrypted: boolean } | null {
  if (isOpen(membership)) {
    const { federation, connection, current, insecure } = membership;
    const now = connection === 'connected' && current ? roundWords(current) : texts.status.links[connection];
    return { words: `${federation}: ${now}`, unencrypted: insecure !== null };
  }
  if (isHosting(hosted)) {
    const words = [texts.status.hosting(hosted.federation), hosted.current && roundWords(hosted.current)];
    return { words: words.filter(Boolean).join(': '), unencrypted: !hosted.secure };
  }
  return null;
}

/**
 * What may leave now. `waits`: something asks to. `may`: a standing permission lets it. `asks`: a federation is open,
 * and each thing will be asked for. `nothing`: there is nobody that anything could go to.
 */
export function leavingOf({
  questions,
  permissions,
  membership,
  hosted,
}: Pick<Snapshot, 'questions' | 'permissions' | 'membership' | 'hosted'>): {
  kind: 'waits' | 'may' | 'asks' | 'nothing';
  count: number;
} {
  if (questions.length > 0) return { kind: 'waits', count: questions.length };
  if (permissions.length > 0) return { kind: 'may', count: permissions.length };
  return { kind: isOpen(membership) || isHosting(hosted) ? 'asks' : 'nothing', count: 0 };
}

function isOpen(membership: Snapshot['membership']): membership is NonNullable<Snapshot['membership']> {
  return membership !== null && membership.result === null && membership.connection !== 'over';
}

function isHosting(hosted: Snapshot['hosted']): hosted is NonNullable<Snapshot['hosted']> {
  return hosted !== null && (hosted.state === 'listening' || hosted.state === 'running');
}

function roundWords({ round, rounds, phase }: NonNullable<NonNullable<Snapshot['hosted']>['current']>): string {
  return `${texts.status.round(round, rounds)}, ${texts.status.phases[phase]}`;
}
