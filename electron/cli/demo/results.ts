/** What a demo measured: `results.json`, and the ground that the report stands on. */

import { type Distribution, distributionOf } from '../../../shared/distribution.ts';
import type { ComputedOn } from '../../../shared/engine.ts';
import { mean, meanOfKnown } from '../../../shared/mean.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { Stage } from '../../../shared/protocol/rounds.ts';
import { type LabelSummary, type ScoreSummary, summariseScores, volumeDice } from '../../../shared/score-summary.ts';
import type { LabelScores } from '../../../shared/scores.ts';
import type { JoinSummary } from './site-verbs.ts';

/** How the encoder that fine-tuning begins with came about. */
export const methods = ['random', 'federated-without-exchange', 'fcl'] as const;
export type Method = (typeof methods)[number];

export const methodWords: Record<Method, { title: string; words: string }> = {
  random: { title: 'Random start', words: 'no pre-training' },
  'federated-without-exchange': {
    title: 'Federated, no exchange',
    words: 'contrastive pre-training, encoders averaged, features stay at home',
  },
  fcl: { title: 'FCL', words: 'contrastive pre-training with exchanged features, encoders averaged' },
};

export interface RoundOfSite {
  site: string;
  loss: number; // mean of the round's steps
  up: number; // bytes sent, payloads of features and weights
  upFeatures: number; // of these, features
  down: number; // bytes received, likewise
}

export interface RoundResult {
  method: Method;
  stage: Stage;
  labels?: number; // labelled volumes a site, in a federated fine-tuning
  round: number; // from 1
  loss: number; // mean over sites
  seconds: number;
  sites: RoundOfSite[];
}

/** How one site's model did on the held-out volumes. */
export interface Score extends ScoreSummary {
  method: Method;
  finetuning: 'local' | 'federated';
  labels: number; // labelled volumes that the site fine-tuned on
  site: string;
  perLabel: LabelSummary[];
  volumes: (number | null)[]; // Dice of each held-out volume, mean over labels; null where correctly empty
}

export interface Curve {
  method: Method;
  labels: number;
  site: string;
  points: { step: number; dice: number | null }[]; // mean over volumes; null where all are correctly empty
}

export interface Results {
  version: string;
  computedOn: ComputedOn[]; // engines and devices of all sites, each once
  seed: number;
  data: string; // 'phantom', or the data folder's own name
  plan: Plan;
  sites: { name: string; volumes: number }[];
  heldOut: number; // volumes that no site saw
  labelCounts: number[];
  rounds: RoundResult[];
  scores: Score[];
  curves: Curve[];
  seconds: number;
  /** Largest resident memory in bytes, a site and its trainer process. */
  memory: { site: string; process: number; trainer: number }[];
}

/** The scores of all sites, each of which was scored on the same held-out volumes. */
export function scoresOf(
  results: Results,
  method: Method,
  labels: number,
  finetuning: Score['finetuning'] = 'local',
): Score[] {
  return results.scores.filter(
    (score) => score.method === method && score.labels === labels && score.finetuning === finetuning,
  );
}

/** Dice of the held-out volumes, each the mean over the sites' models; null where none has one. */
export function heldOutDice(...about: Parameters<typeof scoresOf>): Distribution | null {
  const sites = scoresOf(...about);
  const volumes = sites.at(0)?.volumes ?? [];
  return distributionOf(volumes.map((_, index) => meanOfKnown(sites.map((score) => score.volumes[index]))));
}

/** Rounds of one federation, the sites' accounts put together. */
export function roundResults(
  summaries: JoinSummary[],
  sites: string[],
  about: Pick<RoundResult, 'method' | 'stage' | 'labels'>,
): RoundResult[] {
  const last = Math.max(0, ...summaries.flatMap(({ rounds }) => rounds.map(({ round }) => round)));
  return Array.from({ length: last }, (_, index) => {
    const present = summaries.flatMap(({ rounds }, site) =>
      rounds.filter(({ round }) => round === index + 1).map((summary) => ({ site: sites[site], ...summary })),
    );
    return {
      ...about,
      round: index + 1,
      loss: mean(present.map(({ loss }) => loss)),
      seconds: Math.max(...present.map(({ seconds }) => seconds)),
      sites: present.map(({ site, loss, up, upFeatures, down }) => ({ site, loss, up, upFeatures, down })),
    };
  });
}

/** @param found scores as [volume][label] */
export function scoreOf(
  found: LabelScores[][],
  about: Pick<Score, 'method' | 'finetuning' | 'labels' | 'site'>,
): Score {
  const { volumes, labels } = summariseScores(found);
  return { ...about, ...volumes, perLabel: labels, volumes: found.map(volumeDice) };
}
