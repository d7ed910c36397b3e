/** Runs: what trains or segments here, and the models that come of it. */

import { z } from 'zod';
import type { Distribution } from '../distribution.ts';
import type { ComputedOn } from '../engine.ts';
import type { FittedPlan } from '../fitted-plan.ts';
import { type Plan, planSchema } from '../plan.ts';
import type { RunKind, RunState } from '../runs.ts';
import { cohortNameSchema } from './cohorts.ts';
import { idSchema, noteSchema, verb } from './verb.ts';

export interface RunSummary {
  id: string;
  kind: RunKind;
  state: RunState;
  plan: Plan;
  round: number; // finished rounds
  note: string; // why it stopped, what it waits for
  personNote: string; // what a person wrote about it
  model: string | null; // that it began with
  made: string[]; // ids of models that it made
  computedOn: ComputedOn[]; // engines and devices, in the order of their first use
  volumes: number | null; // null where it uses whatever volumes the site has
  cohort: string | null; // that they came from; null: from all that may be learnt from
  samples: boolean; // they are made up, to try Isocenter with
  loss: number | null; // mean of its last ten steps
  heldOut: number; // volumes kept apart to measure Dice
  /**
   * Of the volumes that a finished fine-tuning held out; of segmenting, of those with a reference that count in the
   * headline of a review (shared/headline.ts). Null where there are none.
   */
  dice: Distribution | null;
  startedAt: string;
  endedAt: string | null;
}

/** A curve: one point a step (loss) or a validation (Dice, the mean over the volumes held out). `step` counts over all rounds. */
export interface CurvePoint {
  step: number;
  value: number;
}

export interface RunCurves {
  run: string;
  steps: number; // in all
  loss: CurvePoint[];
  dice: CurvePoint[];
}

/** The run at work, pushed several times a second at most. */
export interface Activity {
  run: string;
  kind: RunKind;
  state: 'starting' | 'running' | 'pausing' | 'cancelling';
  words: string; // "round 2 of 10"
  step: number;
  steps: number;
  startedAt: string;
  secondsLeft: number | null; // null until it can be told
  stepsPerSecond: number | null;
  memory: number; // bytes, the trainer process
  waiting: boolean; // for a person's consent
}

export interface ModelSummary {
  id: string;
  kind: 'encoder' | 'unet';
  note: string;
  run: string | null;
  plan: Plan;
  dice: Distribution | null; // of the volumes that its training held out; null where there were none
  createdAt: string;
  bytes: number;
  predictions: number; // volumes that it has predicted a label map of; those stay when it is removed
  neededBy: string[]; // ids of unfinished runs that begin with it or use it
}

/** A plan fitted to this site, and a volume to show its window on. */
export interface SiteFit extends FittedPlan {
  volumes: number; // that it was fitted to
  example: { id: string; name: string };
}

export const trainingVerbs = {
  /** Takes some seconds where an engine is to be started; null where there is no volume to fit a plan to. */
  fitPlan: verb<SiteFit | null>()(),
  listRuns: verb<RunSummary[]>()(),
  runCurves: verb<RunCurves>()(idSchema),
  listModels: verb<ModelSummary[]>()(),
  removeModel: verb()(idSchema),
  /** Without a cohort it learns from all volumes that are in no validation or held-out cohort. */
  startPretraining: verb<string>()(planSchema, cohortNameSchema.optional()),
  startFinetuning: verb<string>()(
    z.strictObject({
      plan: planSchema,
      from: idSchema, // a model, or `random`
      labels: z.union([z.int().min(1), z.literal('all')]),
      holdOut: z.int().min(0).max(100), // labelled volumes kept apart to measure Dice while it trains
      cohort: cohortNameSchema.optional(), // to learn from; absent: as in `startPretraining`
      validationCohort: cohortNameSchema.optional(), // to measure Dice on, instead of `holdOut`
    }),
  ),
  /** Ids of the volumes that a model has predicted a label map of. */
  volumesSegmentedBy: verb<string[]>()(idSchema),
  /**
   * Predicts label maps. Volumes that this model did already are left out unless asked for `again`; what somebody
   * judged or drew from stays beside the new prediction even then.
   */
  startSegmenting: verb<string>()(
    idSchema,
    z.array(idSchema).min(1).max(10_000),
    z.strictObject({ again: z.boolean() }),
  ),
  pauseRun: verb()(),
  /** Stops the run at work for good. */
  cancelRun: verb()(),
  /** Continues a paused or failed run. */
  resumeRun: verb()(idSchema),
  /** A paused or failed run will not be continued: it counts as cancelled from now on. */
  giveUpRun: verb()(idSchema),
  noteRun: verb()(idSchema, noteSchema),
};
