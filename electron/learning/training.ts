/**
 * What pre-training and fine-tuning have in common: weights, the optimiser that moves them, and their state between
 * jobs.
 */
import * as tf from '@tensorflow/tfjs';
import type { Plan } from '../../shared/plan.ts';
import type { StoredTensors, WeightTensors } from '../../shared/safetensors.ts';
import { Adam } from './network/adam.ts';
import {
  assertFinite,
  assignWeights,
  type Gradients,
  optimiserState,
  optimiserTensors,
  prefixed,
  toVariables,
  toWeights,
  under,
  type Variables,
} from './variables.ts';

interface TrainingSettings {
  prefix: string; // of the weights' names in the state
  rate: 'pretrainingRate' | 'finetuneRate'; // the learning rate's name in the plan
  factors?: Record<string, number>; // see Adam
}

export abstract class Training {
  /** The weights by name, as the next step begins with them. */
  protected readonly variables: Variables;
  readonly #settings: TrainingSettings;
  readonly #rate: number; // of the plan
  readonly #adam: Adam;

  constructor(plan: Plan, weights: WeightTensors, settings: TrainingSettings) {
    this.#settings = settings;
    this.variables = toVariables(weights);
    this.#rate = plan[settings.rate];
    this.#adam = new Adam(this.variables, this.#rate, settings.factors);
  }

  /** Everything that the next step depends on but the seed and the slices. Throws as `weights`. */
  async state(): Promise<StoredTensors> {
    const weights = prefixed(this.#settings.prefix, await this.weights());
    return { ...weights, ...optimiserTensors(await this.#adam.state()) };
  }

  /** Goes on from what `state` gave, with the same numbers as if it had never stopped. */
  restore(state: StoredTensors): void {
    assignWeights(this.variables, under(this.#settings.prefix, state));
    this.#adam.restore(optimiserState(state));
  }

  /** Puts the federation's averaged weights in the place of these. The optimiser's moments stay. */
  replace(weights: WeightTensors): void {
    assignWeights(this.variables, weights);
  }

  /** The weights as they are now, to be read only. Throws `engine.diverged` where a number in them is not finite. */
  async weights(): Promise<WeightTensors> {
    const weights = await toWeights(this.variables);
    assertFinite(weights, this.#settings.rate);
    return weights;
  }

  /** The weights that a job hands over; others than those that are trained where it says so. */
  result(): Promise<WeightTensors> {
    return this.weights();
  }

  /** The learning rate of the next steps, as a share of the plan's. */
  setRate(share: number): void {
    this.#adam.rate = this.#rate * share;
  }

  /** Moves the weights by their gradients, which are disposed. */
  protected move(gradients: Gradients): void {
    this.#adam.step(gradients);
    tf.dispose(gradients);
  }

  dispose(): void {
    tf.dispose(this.variables);
    this.#adam.dispose();
  }
}
