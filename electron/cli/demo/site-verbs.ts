/** What the demo asks of the process of a site. Each verb is what a person would do there with a command. */
import type { ComputedOn } from '../../../shared/engine.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { LabelScores } from '../../../shared/scores.ts';
import type { RoundSummary } from '../../site/runs/join-events.ts';
import type { StoredVolume } from '../../site/volumes.ts';

export interface SiteVerbs {
  /** isocenter init, isocenter import; `sample`: the volumes are made up */
  create(folder: string, name: string, paths: string[], labels: string[], sample: boolean): Promise<number>;
  /** isocenter coordinator: answers once it listens; `federationEnded` waits for its end and gives the new models */
  coordinate(plan: Plan, sites: number, from: string | undefined): Promise<void>;
  /** isocenter invite */
  invite(): Promise<string>;
  federationEnded(): Promise<string[]>;
  /** isocenter join with a policy file */
  join(invitation: string, policyFile: string, labels: number | 'all'): Promise<JoinSummary>;
  /** isocenter finetune, with a learning curve on `validation` */
  finetune(job: {
    labels: number;
    from: string;
    plan: Plan;
    validation: StoredVolume[];
    validateAt: number[];
  }): Promise<{
    model: string;
    curve: { step: number; dice: number | null }[];
    computedOn: ComputedOn[];
  }>;
  /** isocenter segment and evaluate for volumes that the site does not own; label maps stay at `out` */
  score(model: string, heldOut: StoredVolume[], out: string): Promise<LabelScores[][]>;
  /** bytes */
  memory(): Promise<{ process: number; trainer: number }>;
}

export interface JoinSummary {
  models: string[];
  rounds: RoundSummary[];
}

/** What the demo is told meanwhile. */
export interface DemoVerbs {
  /** Fraction of the running verb's work that is done. */
  progress(fraction: number): void;
}
