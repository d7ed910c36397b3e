/** What a federation will ask a site to give away, and how many bytes that is; it all follows from the plan. */

import { networkSettings, type Plan } from './plan.ts';
import { featureBatchBytes } from './protocol/limits.ts';
import type { Stage } from './protocol/rounds.ts';
import { safetensorsBytes } from './safetensors.ts';
import { trainedParts, weightCount, weightShapes } from './weight-shapes.ts';

interface WeightAsk {
  stage: Stage;
  times: number; // once a round
  numbers: number;
  bytes: number; // each time
}

export interface Asks {
  /** Sizes are those of one time, at most: fewer vectors leave where the memory bank is not full. */
  features: { times: number; vectors: number; vectorLength: number; bytes: number };
  weights: WeightAsk[]; // a stage each; none for a stage without rounds
  up: number; // bytes that leave in all rounds together, at most
  down: number; // bytes that come in, where as many sites take part as given
}

/** `sites` with this one. Every payload is a question of its own; nothing of it leaves without a yes. */
export function asksOf(plan: Plan, sites: number): Asks {
  const times = plan.exchangeFeatures ? plan.rounds : 0;
  const { bankSize: vectors, featureLength: vectorLength } = plan;
  const features = { times, vectors, vectorLength, bytes: featureBatchBytes(vectors, vectorLength) };
  const weights = [
    weightAsk(plan, 'pretraining', plan.rounds),
    weightAsk(plan, 'finetuning', plan.finetuneRounds),
  ].filter((ask) => ask.times > 0);
  const weightBytes = weights.reduce((sum, ask) => sum + ask.times * ask.bytes, 0);
  const last = weights.at(-1)?.bytes ?? 0; // the final weights come in once more
  return {
    features,
    weights,
    up: features.times * features.bytes + weightBytes,
    down: Math.max(0, sites - 1) * features.times * features.bytes + weightBytes + last,
  };
}

function weightAsk(plan: Plan, stage: Stage, times: number): WeightAsk {
  const [settings, parts] = [networkSettings(plan), trainedParts(plan, stage)];
  const bytes = safetensorsBytes(weightShapes(settings, parts));
  return { stage, times, numbers: weightCount(settings, parts), bytes };
}
