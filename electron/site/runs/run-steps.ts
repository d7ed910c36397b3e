/** Steps of a run counted over all its rounds, and the round that a step lies in. */
import type { Plan } from '../../../shared/plan.ts';
import type { RunKind } from '../../../shared/runs.ts';
import type { MetricPlace } from '../../storage/runs.ts';

/** Steps of all rounds before this one, which counts from 1. One beyond the last gives the steps of the whole run. */
export function stepsBefore(kind: RunKind, plan: Plan, round: number): number {
  const { rounds, stepsPerRound, finetuneRounds, finetuneSteps } = plan;
  if (kind === 'segment') return 0; // one round, a volume a step
  if (kind === 'finetune') return round > 1 ? finetuneSteps : 0;
  const pretraining = Math.min(round - 1, rounds) * stepsPerRound;
  const finetuning = Math.min(Math.max(0, round - 1 - rounds), finetuneRounds);
  return pretraining + (finetuning === 0 ? 0 : Math.floor((finetuning * finetuneSteps) / finetuneRounds));
}

export function roundsOf(kind: RunKind, { rounds, finetuneRounds }: Plan): number {
  return kind === 'federated' ? rounds + finetuneRounds : kind === 'pretrain' ? rounds : 1;
}

/** Steps of the whole run; of segmenting, whose steps are volumes, 0. */
export function stepsOf(kind: RunKind, plan: Plan): number {
  return stepsBefore(kind, plan, roundsOf(kind, plan) + 1);
}

/** Where the numbers of a step are noted. A round's last step belongs to it, and step 0 to the first round. */
export function placeOf(kind: RunKind, plan: Plan, step: number): MetricPlace {
  const rounds = roundsOf(kind, plan);
  let round = 1;
  while (round < rounds && stepsBefore(kind, plan, round + 1) < step) round++;
  return { round, step: step - stepsBefore(kind, plan, round) };
}
