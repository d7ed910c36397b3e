/**
 * Supervised fine-tuning of the whole U-Net on labelled volumes (DESIGN 4.8), at one site alone or as its part of a
 * federated fine-tuning, where the averaged U-Net takes the place of this one between rounds and the optimiser's moments stay.
 */
import * as tf from '@tensorflow/tfjs';
import { type NetworkSettings, networkSettings, type Plan } from '../../shared/plan.ts';
import type { StoredTensors, WeightTensors } from '../../shared/safetensors.ts';
import { Adam } from './network/adam.ts';
import { segmentLogits } from './network/unet.ts';
import type { LabelledBatch } from './sampling.ts';
import { classify } from './segmentation.ts';
import { segmentationLoss } from './segmentation-loss.ts';
import type { SliceStack } from './slices.ts';
import {
  assertFinite,
  assignWeights,
  lossAndGradients,
  optimiserState,
  optimiserTensors,
  prefixed,
  toVariables,
  toWeights,
  under,
  type Variables,
} from './variables.ts';

export class Finetuning {
  readonly #network: NetworkSettings;
  readonly #unet: Variables;
  readonly #adam: Adam;

  /** Begins with `weights`, the encoder and the decoder. */
  constructor(plan: Plan, weights: WeightTensors) {
    this.#network = networkSettings(plan);
    this.#unet = toVariables(weights);
    this.#adam = new Adam(this.#unet, plan.finetuneRate, { 'encoder.': plan.finetuneEncoderFactor });
  }

  /** Goes on from what `state` gave, with the same numbers as if it had never stopped. */
  static resume(plan: Plan, state: StoredTensors): Finetuning {
    const resumed = new Finetuning(plan, under('unet/', state));
    resumed.#adam.restore(optimiserState(state));
    return resumed;
  }

  /** Everything that the next step depends on but the seed and the slices. Throws as `weights`. */
  state(): StoredTensors {
    return { ...prefixed('unet/', this.weights()), ...optimiserTensors(this.#adam.state()) };
  }

  /** Puts the federation's averaged U-Net in the place of this one. */
  replace(weights: WeightTensors): void {
    assignWeights(this.#unet, weights);
  }

  /** The U-Net as it is now, to be read only. Throws `engine.diverged` where a number in it is not finite. */
  weights(): WeightTensors {
    const weights = toWeights(this.#unet);
    assertFinite(weights, 'finetuneRate');
    return weights;
  }

  /** One step on these slices; gives the loss. */
  step({ count, side, pixels, classes }: LabelledBatch): number {
    const { loss, gradients } = lossAndGradients(this.#unet, 'finetuneRate', () => {
      const slices = tf.tensor4d(pixels, [count, side, side, 1]);
      return segmentationLoss(segmentLogits(this.#unet, slices, this.#network), classes);
    });
    this.#adam.step(gradients);
    tf.dispose(gradients);
    return loss;
  }

  /** The class of every pixel, [Z, side, side]. */
  classify(volume: SliceStack): Uint8Array {
    return classify(this.#unet, volume, this.#network);
  }

  dispose(): void {
    tf.dispose(this.#unet);
    this.#adam.dispose();
  }
}
