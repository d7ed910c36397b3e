/** What the coordinator says of the open phase, held against what the site knows itself. */
import type { Party } from '../../../shared/consent.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { MessageOf } from '../../../shared/protocol/messages.ts';
import type { OpenPhase } from '../../../shared/protocol/participant-events.ts';
import { fingerprintOf } from '../wire/identity.ts';
import type { Round } from './round.ts';

interface Known {
  plan: Plan;
  round: Round | undefined; // that is open for this site
  parties: Party[]; // the admitted sites, this one among them
}

const order = { pretraining: 0, finetuning: 1 };

/**
 * Undefined where it cannot be so: a round beyond the plan or before the open one, a phase that the plan or the round
 * has not, a deadline where none is due, somebody unknown, or who is no member of the open round. It is only shown, so
 * that nothing but the picture is lost with it.
 */
export function openPhase(message: MessageOf<'waiting'>, { plan, round: open, parties }: Known): OpenPhase | undefined {
  const { stage, round, phase, remaining } = message;
  const rounds = stage === 'pretraining' ? plan.rounds : plan.finetuneRounds;
  if (round > rounds) return undefined;
  if (phase === 'features' && !(plan.exchangeFeatures && stage === 'pretraining')) return undefined;
  const timed = phase === 'features' || phase === 'training' || phase === 'updates';
  if (timed !== (remaining !== null)) return undefined;
  if (open) {
    const ahead = order[stage] - order[open.stage] || round - open.number;
    if (ahead < 0) return undefined;
    if (ahead === 0) {
      if (phase === 'admit' || phase === 'announce') return undefined;
      if (!message.missing.every((key) => open.hasMember(key))) return undefined;
    }
  }
  const fingerprints = new Set(message.missing.map(fingerprintOf));
  const missing = parties.filter(({ fingerprint }) => fingerprints.has(fingerprint));
  if (missing.length !== message.missing.length) return undefined;
  return {
    stage,
    round,
    rounds,
    phase,
    deadline: remaining === null ? null : Date.now() + remaining,
    missing: missing.map(({ name, fingerprint }) => ({ name, fingerprint })),
  };
}
