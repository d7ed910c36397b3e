/**
 * The rounds of a federated run as its site noted them: numbers of the run, and what the ledger says of its payloads.
 */
import type { Handed, RoundRecord } from '../../../shared/api/federation.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';
import type { MetricName, Run } from '../../storage/runs.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';

/** Oldest first. `counted` is null where the round's end was not heard, or not noted by an early version. */
export function recordedRounds({ runs, ledger }: SiteFolder, run: Run): RoundRecord[] {
  const numbers = new Map<number, { [Name in MetricName]?: number }>(); // by the run's round
  for (const { round, step, name, value } of runs.metrics(run.id)) {
    if (step === 0 && name !== 'dice') numbers.set(round, { ...numbers.get(round), [name]: value });
  }
  const handed = handedOver(ledger.readable(), run);
  const places = [...new Set([...numbers.keys(), ...handed.keys()])].sort((a, b) => a - b);
  return places.map((place) => {
    const number = numbers.get(place) ?? {};
    const bytes = (way: 'up' | 'down') => ({
      features: number[`bytes-${way}-features`] ?? 0,
      weights: number[`bytes-${way}-weights`] ?? 0,
      other: number[`bytes-${way}-other`] ?? 0,
    });
    return {
      ...stageOf(run, place),
      counted: number.counted === undefined ? null : number.counted > 0,
      sites: number.sites ?? 0,
      loss: number.loss ?? null,
      seconds: number.seconds ?? null,
      ...(handed.get(place) ?? { features: null, weights: null }),
      up: bytes('up'),
      down: bytes('down'),
      perSite: [],
    };
  });
}

/** The round of a run that a stage's round is: fine-tuning follows pre-training. */
export function placeOfRound({ plan }: Pick<Run, 'plan'>, stage: Stage, round: number): number {
  return stage === 'pretraining' ? round : plan.rounds + round;
}

function stageOf({ plan }: Run, place: number): { stage: Stage; round: number } {
  return place <= plan.rounds
    ? { stage: 'pretraining', round: place }
    : { stage: 'finetuning', round: place - plan.rounds };
}

/** By the run's round. A payload that was asked about again after a restart is what came of it last. */
function handedOver(
  records: ReturnType<SiteFolder['ledger']['readable']>,
  run: Run,
): Map<number, { features: Handed; weights: Handed }> {
  const asked = new Map(records.flatMap((record) => (record.type === 'decision' ? [[record.number, record]] : [])));
  const handed = new Map<number, { features: Handed; weights: Handed }>();
  for (const record of records) {
    const decision = record.type === 'outcome' ? asked.get(record.decision) : undefined;
    if (record.type !== 'outcome' || decision?.run !== run.id) continue;
    const { stage, round, kind } = decision.payload;
    const place = placeOfRound(run, stage, round);
    const before = handed.get(place) ?? { features: null, weights: null };
    handed.set(place, { ...before, [kind]: record.outcome === 'sent' ? 'sent' : 'withheld' });
  }
  return handed;
}
