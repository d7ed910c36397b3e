/** Runs: what trains or segments here, and the models that come of it. */

import { z } from 'zod';
import type { ComputedOn } from '../engine.ts';
import type { FittedPlan } from '../fitted-plan.ts';
import { type Plan, planSchema } from '../plan.ts';
import type { RunKind, RunState } from '../runs.ts';
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
  loss: number | null; // mean of its last ten steps
  dice: number | null; // of the last validation; of segmenting, the mean over volumes with a reference
  startedAt: string;
  endedAt: string | null;
}

/** A curve: one point a step (loss) or a validation (Dice). `step` counts over all rounds. */
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
  dice: number | null; // where it was scored, else of the last validation of its run; null without either
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
  startPretraining: verb<string>()(planSchema),
  startFinetuning: verb<string>()(
    z.strictObject({
      plan: planSchema,
      from: idSchema, // a model, or `random`
      labels: z.union([z.int().min(1), z.literal('all')]),
      holdOut: z.int().min(0).max(100), // labelled volumes kept apart to measure Dice while it trains
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
