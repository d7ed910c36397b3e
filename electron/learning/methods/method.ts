/**
 * A pretext task: what pre-training learns from while it has no labels. All else is the same for every task and is no
 * business of one: which volumes a step sees, the optimiser, checkpoints, rounds and the average of the sites' weights.
 *
 * Which parts of the network a task trains is said in shared/weight-shapes.ts, since every site has to know their
 * shapes.
 */
import type { FeatureBatch } from '../../../shared/features.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { Random } from '../../../shared/random.ts';
import type { StoredTensors, WeightTensors } from '../../../shared/safetensors.ts';
import type { SliceStack } from '../slices.ts';
import type { Gradients, Variables } from '../variables.ts';

export interface Method {
  /** Slices of a step's batch that gradients are computed of, at most. */
  slicesPerStep(plan: Plan): number;
  memory(plan: Plan): MethodMemory;
  /** The task as it is before the first step of a run. */
  begin(setup: MethodSetup): PretextTask;
}

/** Numbers that a step holds at its peak besides what the trained weights, their gradients and their maps are. */
interface MethodMemory {
  held: number; // whatever the number of slices
  perSlice: number;
}

export interface MethodSetup {
  plan: Plan;
  weights: WeightTensors; // of the parts that are trained, to begin with
  variables: Variables; // the same as the optimiser moves them; the task reads them
  mostSlices: number; // that may be computed at once
}

/** The task in the course of a run. It owns what it keeps between steps, and nothing else keeps anything for it. */
export interface PretextTask {
  /**
   * Makes what the first step needs of the volumes; does nothing where that is there already. `load(i)` gives volume i
   * of `volumes`.
   */
  prepare(volumes: number, load: (volume: number) => SliceStack, random: Random): Promise<void>;
  /** Draws a step's batch from these volumes. `remote` is what the other sites gave of `features` in this round. */
  draw(volumes: SliceStack[], remote: FeatureBatch[], random: Random): PretextStep;
  /** All that may be exchanged with other sites, besides weights; undefined where nothing may. */
  features(): FeatureBatch | undefined;
  /** What it keeps between steps; the trained weights are kept for it. */
  state(): Promise<StoredTensors>;
  /** Goes on from a state that holds what `state` gave, among other tensors. */
  restore(state: StoredTensors): void;
  dispose(): void;
}

/** One step: its parts are called in turn, each once. */
export interface PretextStep {
  slices: number; // of its batch
  /** The loss, and its gradients by every one of the trained weights. Throws `engine.diverged`. */
  lossAndGradients(): Promise<{ loss: number; gradients: Gradients }>;
  /** What follows once the optimiser has moved the weights. */
  finish(): Promise<void>;
}
