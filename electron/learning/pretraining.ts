/**
 * Contrastive pre-training at one site (DESIGN 4.3-4.6): main encoder, momentum encoder, memory bank and optimiser, and
 * the step that moves them on.
 *
 * Between rounds the averaged encoder takes the place of the main encoder, and only of it. The momentum encoder goes on
 * averaging: it is what the features in the bank, and those that other sites hold, were made with, and putting new weights
 * in its place at once would make the bank a mixture of two encoders. The optimiser's moments stay for the same reason
 * that the learning rate does: the round is a pause in one optimisation, not the beginning of another.
 */
import * as tf from '@tensorflow/tfjs';
import type { FeatureBatch } from '../../shared/features.ts';
import { type NetworkSettings, networkSettings, type Plan } from '../../shared/plan.ts';
import { type Random, shuffled } from '../../shared/random.ts';
import type { StoredTensors, WeightTensors } from '../../shared/safetensors.ts';
import { contrastiveLosses } from './contrastive-loss.ts';
import { MemoryBank, sampleFeatures } from './memory-bank.ts';
import { followMain } from './momentum.ts';
import { Adam } from './network/adam.ts';
import { encode, project } from './network/unet.ts';
import { takeNumbers } from './numbers.ts';
import { partitionOf } from './partitions.ts';
import { pairedBatch, spreadSlices } from './sampling.ts';
import type { SliceStack } from './slices.ts';
import { rowsOf, splitBatch } from './sub-batches.ts';
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

const FILL_BATCH = 32; // slices a forward pass when the bank is filled

export class Pretraining {
  readonly bank: MemoryBank;
  readonly #plan: Plan;
  readonly #network: NetworkSettings;
  readonly #main: Variables;
  readonly #momentum: Variables;
  readonly #adam: Adam;
  readonly #mostSlices: number;

  /**
   * Begins with `weights`, the encoder and the projection; the momentum encoder begins as their copy. A batch of more than
   * `mostSlices` is computed in parts, with the same result up to rounding.
   */
  constructor(plan: Plan, weights: WeightTensors, mostSlices = Number.POSITIVE_INFINITY) {
    this.#plan = plan;
    this.#mostSlices = mostSlices;
    this.#network = networkSettings(plan);
    this.#main = toVariables(weights);
    this.#momentum = toVariables(weights);
    this.#adam = new Adam(this.#main, plan.pretrainingRate);
    this.bank = new MemoryBank(plan.bankSize, plan.featureLength);
  }

  /** Goes on from what `state` gave, with the same numbers as if it had never stopped. */
  static resume(plan: Plan, state: StoredTensors, mostSlices?: number): Pretraining {
    const resumed = new Pretraining(plan, under('main/', state), mostSlices);
    assignWeights(resumed.#momentum, under('momentum/', state));
    resumed.#adam.restore(optimiserState(state));
    resumed.bank.enqueue(state['bank/vectors'].data as Float32Array, state['bank/partitions'].data as Uint8Array);
    return resumed;
  }

  /** Everything that the next step depends on but the seed and the slices. Throws as `weights`. */
  async state(): Promise<StoredTensors> {
    const { count, length, vectors, partitions } = this.bank.batch();
    return {
      ...prefixed('main/', await this.weights()),
      ...prefixed('momentum/', await toWeights(this.#momentum)),
      ...optimiserTensors(await this.#adam.state()),
      'bank/vectors': { shape: [count, length], data: vectors },
      'bank/partitions': { shape: [count], data: partitions },
    };
  }

  /** Puts the federation's averaged weights in the place of the main encoder and projection. */
  replaceMain(weights: WeightTensors): void {
    assignWeights(this.#main, weights);
  }

  /** The main encoder and projection as they are now, to be read only. Throws `engine.diverged` where one is not finite. */
  async weights(): Promise<WeightTensors> {
    const weights = await toWeights(this.#main);
    assertFinite(weights, 'pretrainingRate');
    return weights;
  }

  /**
   * Fills the bank with momentum features of unaugmented slices, equally many of each partition and of as many volumes as
   * it takes. `load(i)` gives volume i of `volumes`.
   */
  async fillBank(volumes: number, load: (volume: number) => SliceStack, random: Random): Promise<void> {
    const { partitions, bankSize } = this.#plan;
    const each = Math.ceil(bankSize / (volumes * partitions));
    for (const volume of shuffled(random, [...Array(volumes).keys()])) {
      const room = bankSize - this.bank.count;
      if (room === 0) return;
      const stack = load(volume);
      const slices = spreadSlices(stack.count, partitions, each, random).slice(0, room);
      for (let from = 0; from < slices.length; from += FILL_BATCH) {
        await this.#enqueueSlices(stack, slices.slice(from, from + FILL_BATCH));
      }
    }
  }

  /** One step on these volumes with the other sites' features of this round. Gives the loss and the number of slices. */
  async step(volumes: SliceStack[], remote: FeatureBatch[], random: Random): Promise<{ loss: number; slices: number }> {
    const { partitions, augmentation, sampledFeatures, temperature, momentum } = this.#plan;
    const batch = pairedBatch(volumes, partitions, augmentation, random);
    const sampled = sampleFeatures(this.bank.batch(), remote, sampledFeatures, random);
    const keys = await this.#features(this.#momentum, batch.second, batch.side);
    const parts = splitBatch(batch.count, this.#mostSlices).map((part) => () => {
      const anchors = this.#embed(this.#main, rowsOf(batch.first, part, batch.side ** 2), batch.side); // [part, featureLength]
      const { total } = contrastiveLosses(anchors, rowsOf(batch.partitions, part, 1), sampled, temperature);
      return tf.mul(total, part.count / batch.count) as tf.Scalar; // a mean over anchors, so a part counts by its share
    });
    const { loss, gradients } = await lossAndGradients(this.#main, 'pretrainingRate', parts);
    this.#adam.step(gradients);
    tf.dispose(gradients);
    followMain(this.#momentum, this.#main, momentum);
    this.bank.enqueue(keys, batch.partitions);
    return { loss, slices: batch.count };
  }

  dispose(): void {
    tf.dispose([this.#main, this.#momentum]);
    this.#adam.dispose();
  }

  async #enqueueSlices({ count, side, pixels }: SliceStack, slices: number[]): Promise<void> {
    const area = side * side;
    const chosen = new Float32Array(slices.length * area);
    slices.forEach((slice, row) => {
      chosen.set(pixels.subarray(slice * area, (slice + 1) * area), row * area);
    });
    const partitions = Uint8Array.from(slices, (slice) => partitionOf(slice, count, this.#plan.partitions));
    this.bank.enqueue(await this.#features(this.#momentum, chosen, side), partitions);
  }

  async #features(weights: Variables, pixels: Float32Array, side: number): Promise<Float32Array> {
    const { featureLength } = this.#plan;
    const slices = pixels.length / side ** 2;
    const features = new Float32Array(slices * featureLength);
    for (const part of splitBatch(slices, this.#mostSlices)) {
      const own = this.#embed(weights, rowsOf(pixels, part, side ** 2), side); // [part, featureLength]
      features.set(await takeNumbers(own), part.from * featureLength);
    }
    return features;
  }

  /** Features [N, featureLength] of unit length of slices [N, side, side]. */
  #embed(weights: Variables, pixels: Float32Array, side: number): tf.Tensor2D {
    return tf.tidy(() => {
      const slices = tf.tensor4d(pixels, [pixels.length / (side * side), side, side, 1]);
      const levels = encode(weights, slices, this.#network);
      return project(weights, levels[levels.length - 1], this.#network);
    });
  }
}
