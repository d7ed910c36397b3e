/**
 * Supervised fine-tuning of the whole U-Net on labelled volumes (DESIGN 4.8), at one site alone or as its share of a
 * federated fine-tuning, where the averaged U-Net takes the place of this one between rounds and the optimiser's moments stay.
 */
import * as tf from '@tensorflow/tfjs';
import { type NetworkSettings, networkSettings, type Plan } from '../../shared/plan.ts';
import type { StoredTensors, WeightTensors } from '../../shared/safetensors.ts';
import { Adam } from './network/adam.ts';
import { segmentLogits } from './network/unet.ts';
import type { LabelledBatch } from './sampling.ts';
import { classify } from './segmentation.ts';
import { lossOfSums, segmentationLoss, segmentationSums } from './segmentation-loss.ts';
import type { SliceStack } from './slices.ts';
import { rowsOf, type SubBatch, splitBatch } from './sub-batches.ts';
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
  readonly #mostSlices: number;

  /**
   * Begins with `weights`, the encoder and the decoder. A batch of more than `mostSlices` is computed in sub-batches, with the same
   * result up to rounding.
   */
  constructor(plan: Plan, weights: WeightTensors, mostSlices = Number.POSITIVE_INFINITY) {
    this.#mostSlices = mostSlices;
    this.#network = networkSettings(plan);
    this.#unet = toVariables(weights);
    this.#adam = new Adam(this.#unet, plan.finetuneRate, { 'encoder.': plan.finetuneEncoderFactor });
  }

  /** Goes on from what `state` gave, with the same numbers as if it had never stopped. */
  static resume(plan: Plan, state: StoredTensors, mostSlices?: number): Finetuning {
    const resumed = new Finetuning(plan, under('unet/', state), mostSlices);
    resumed.#adam.restore(optimiserState(state));
    return resumed;
  }

  /** Everything that the next step depends on but the seed and the slices. Throws as `weights`. */
  async state(): Promise<StoredTensors> {
    return { ...prefixed('unet/', await this.weights()), ...optimiserTensors(await this.#adam.state()) };
  }

  /** Puts the federation's averaged U-Net in the place of this one. */
  replace(weights: WeightTensors): void {
    assignWeights(this.#unet, weights);
  }

  /** The U-Net as it is now, to be read only. Throws `engine.diverged` where a number in it is not finite. */
  async weights(): Promise<WeightTensors> {
    const weights = await toWeights(this.#unet);
    assertFinite(weights, 'finetuneRate');
    return weights;
  }

  /** One step on these slices; gives the loss. */
  async step(batch: LabelledBatch): Promise<number> {
    const subBatches = splitBatch(batch.count, this.#mostSlices);
    const computing = subBatches.length === 1 ? this.#computeWhole(batch) : this.#computeSplit(batch, subBatches);
    const { loss, gradients } = await computing;
    this.#adam.step(gradients);
    tf.dispose(gradients);
    return loss;
  }

  #computeWhole(batch: LabelledBatch) {
    return lossAndGradients(this.#unet, 'finetuneRate', [
      () => segmentationLoss(this.#logits(batch.pixels, batch.side), batch.classes),
    ]);
  }

  /**
   * The loss is no sum over sub-batches, but it is a function of sums over them. So one pass forward finds the sums of the batch,
   * and with them how the loss depends on each; a second one takes every sub-batch's gradients by its own sums times that.
   */
  async #computeSplit({ side, pixels, classes }: LabelledBatch, subBatches: SubBatch[]) {
    const sumsOf = (rows: SubBatch) =>
      tf.tidy(() =>
        segmentationSums(this.#logits(rowsOf(pixels, rows, side ** 2), side), rowsOf(classes, rows, side ** 2)),
      );
    const sums = tf.tidy(() => subBatches.map(sumsOf).reduce((total, own) => tf.add(total, own)));
    const { value, grad: slopes } = tf.valueAndGrad((all) => lossOfSums(all as tf.Tensor2D, classes))(sums);
    try {
      const products = subBatches.map((rows) => () => tf.sum(tf.mul(sumsOf(rows), slopes)) as tf.Scalar);
      const [loss] = await value.data();
      const { gradients } = await lossAndGradients(this.#unet, 'finetuneRate', products);
      return { loss, gradients };
    } finally {
      tf.dispose([sums, value, slopes]);
    }
  }

  /** [N, side, side, classes] of slices [N, side, side]. */
  #logits(pixels: Float32Array, side: number): tf.Tensor4D {
    const slices = tf.tensor4d(pixels, [pixels.length / side ** 2, side, side, 1]);
    return segmentLogits(this.#unet, slices, this.#network);
  }

  /** The class of every pixel, [Z, side, side]. */
  classify(volume: SliceStack): Promise<Uint8Array> {
    return classify(this.#unet, volume, this.#network, this.#mostSlices);
  }

  dispose(): void {
    tf.dispose(this.#unet);
    this.#adam.dispose();
  }
}
