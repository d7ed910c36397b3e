/**
 * Pre-training at one site: the network learns from slices without labels, by the plan's pretext task (methods/).
 *
 * Between rounds the federation's average takes the place of the trained weights. The optimiser's moments stay: the
 * round is a pause in one optimisation, not the beginning of another.
 */
import type { FeatureBatch } from '../../shared/features.ts';
import type { Plan } from '../../shared/plan.ts';
import type { Random } from '../../shared/random.ts';
import type { StoredTensors, WeightTensors } from '../../shared/safetensors.ts';
import { methodOf } from './methods/index.ts';
import type { PretextTask } from './methods/method.ts';
import type { SliceStack } from './slices.ts';
import { Training } from './training.ts';

export class Pretraining extends Training {
  readonly #task: PretextTask;

  /**
   * Begins with `weights`, those of the parts that the plan's method trains. A batch of more than `mostSlices` is
   * computed in sub-batches, with the same result up to rounding.
   */
  constructor(plan: Plan, weights: WeightTensors, mostSlices = Number.POSITIVE_INFINITY) {
    super(plan, weights, { prefix: 'main/', rate: 'pretrainingRate' });
    this.#task = methodOf(plan).begin({ plan, weights, variables: this.variables, mostSlices });
  }

  override async state(): Promise<StoredTensors> {
    return { ...(await super.state()), ...(await this.#task.state()) };
  }

  override restore(state: StoredTensors): void {
    super.restore(state);
    this.#task.restore(state);
  }

  /** Makes what the first step needs of the volumes. `load(i)` gives volume i of `volumes`. May be called again. */
  prepare(volumes: number, load: (volume: number) => SliceStack, random: Random): Promise<void> {
    return this.#task.prepare(volumes, load, random);
  }

  /** What may be exchanged with other sites; undefined where the method exchanges nothing. */
  features(): FeatureBatch | undefined {
    return this.#task.features();
  }

  /**
   * One step on these volumes with the other sites' features of this round. Gives the loss and the number of slices.
   */
  async step(volumes: SliceStack[], remote: FeatureBatch[], random: Random): Promise<{ loss: number; slices: number }> {
    const step = this.#task.draw(volumes, remote, random);
    const { loss, gradients } = await step.lossAndGradients();
    this.move(gradients);
    await step.finish();
    return { loss, slices: step.slices };
  }

  override dispose(): void {
    super.dispose();
    this.#task.dispose();
  }
}
