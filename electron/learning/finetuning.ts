/**
 * Supervised fine-tuning of the whole U-Net on labelled volumes (docs/method.md, section 8), at one site alone or as
 * its share of a federated fine-tuning, where the averaged U-Net takes the place of this one between rounds and the
 * optimiser's moments stay.
 */
import * as tf from '@tensorflow/tfjs';
import { type NetworkSettings, networkSettings, type Plan } from '../../shared/plan.ts';
import type { StoredTensors, WeightTensors } from '../../shared/safetensors.ts';
import { followMain } from './momentum.ts';
import { segmentLogits } from './network/unet.ts';
import type { LabelledBatch } from './sampling.ts';
import { type ProbabilityBatch, segmentSlices } from './segmentation.ts';
import { lossOfSums, segmentationLoss, segmentationSums } from './segmentation-loss.ts';
import type { SliceSource } from './slices.ts';
import { rowsOf, type SubBatch, splitBatch } from './sub-batches.ts';
import { Training } from './training.ts';
import {
  assignWeights,
  lossAndGradients,
  prefixed,
  toVariables,
  toWeights,
  under,
  type Variables,
} from './variables.ts';

export class Finetuning extends Training {
  readonly #network: NetworkSettings;
  readonly #averaging: number; // 0: no average
  readonly #average: Variables | undefined; // of the weights of all steps, the later ones counting more
  #averaged = 0; // steps
  readonly #side: number; // of a window, pixels
  readonly #mostSlices: number;

  /**
   * Begins with `weights`, the encoder and the decoder. A batch of more than `mostSlices` is computed in sub-batches,
   * with the same result up to rounding.
   */
  constructor(plan: Plan, weights: WeightTensors, mostSlices = Number.POSITIVE_INFINITY) {
    super(plan, weights, {
      prefix: 'unet/',
      rate: 'finetuneRate',
      factors: { 'encoder.': plan.finetuneEncoderFactor },
    });
    this.#network = networkSettings(plan);
    this.#side = plan.inputSize;
    this.#averaging = plan.finetuneAveraging;
    this.#average = plan.finetuneAveraging > 0 ? toVariables(weights) : undefined;
    this.#mostSlices = mostSlices;
  }

  /** One step on these slices; gives the loss. */
  async step(batch: LabelledBatch): Promise<number> {
    const subBatches = splitBatch(batch.count, this.#mostSlices);
    const computing = subBatches.length === 1 ? this.#computeWhole(batch) : this.#computeSplit(batch, subBatches);
    const { loss, gradients } = await computing;
    this.move(gradients);
    if (this.#average) {
      this.#averaged++;
      const kept = Math.min(this.#averaging, (1 + this.#averaged) / (10 + this.#averaged)); // the first steps are soon gone
      followMain(this.#average, this.variables, kept);
    }
    return loss;
  }

  override async state(): Promise<StoredTensors> {
    const state = await super.state();
    if (!this.#average) return state;
    const averaged = { shape: [1], data: Int32Array.of(this.#averaged) };
    return { ...state, ...prefixed('average/', await toWeights(this.#average)), 'averaged/steps': averaged };
  }

  override restore(state: StoredTensors): void {
    super.restore(state);
    if (!this.#average) return;
    assignWeights(this.#average, under('average/', state));
    this.#averaged = state['averaged/steps'].data[0];
  }

  /** The average begins anew. */
  override replace(weights: WeightTensors): void {
    super.replace(weights);
    if (this.#average) assignWeights(this.#average, weights);
    this.#averaged = 0;
  }

  /** The averaged weights where the plan wants them, else those of the last step. Throws as `weights`. */
  override async result(): Promise<WeightTensors> {
    await this.weights(); // where these have diverged, the average is no use either
    return this.#average ? toWeights(this.#average) : this.weights();
  }

  override dispose(): void {
    super.dispose();
    if (this.#average) tf.dispose(this.#average);
  }

  #computeWhole(batch: LabelledBatch) {
    return lossAndGradients(this.variables, 'finetuneRate', [
      () => segmentationLoss(this.#logits(batch.pixels, batch.side), batch.classes),
    ]);
  }

  /**
   * The loss is no sum over sub-batches, but it is a function of sums over them. So one pass forward finds the sums of
   * the batch, and with them how the loss depends on each; a second one takes every sub-batch's gradients by its own
   * sums times that.
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
      const { gradients } = await lossAndGradients(this.variables, 'finetuneRate', products);
      return { loss, gradients };
    } finally {
      tf.dispose([sums, value, slopes]);
    }
  }

  /** [N, side, side, classes] of slices [N, side, side]. */
  #logits(pixels: Float32Array, side: number): tf.Tensor4D {
    const slices = tf.tensor4d(pixels, [pixels.length / side ** 2, side, side, 1]);
    return segmentLogits(this.variables, slices, this.#network);
  }

  /** Class probabilities of all slices in turn, as the U-Net is now. */
  segment(slices: SliceSource): AsyncGenerator<ProbabilityBatch> {
    const sight = { network: this.#network, side: this.#side, mostWindows: this.#mostSlices };
    return segmentSlices(this.#average ?? this.variables, slices, sight);
  }
}
