/**
 * Federated contrastive learning (docs/method.md, sections 3 to 6; Wu et al., MICCAI 2021): slices of the same
 * partition attract each other's features, of this site and of others, and slices of other partitions repel them. It
 * keeps a momentum encoder and a memory bank, and what may be exchanged is the bank.
 *
 * Between rounds the averaged encoder takes the place of the main encoder, and only of it. The momentum encoder goes on
 * averaging: it is what the features in the bank, and those that other sites hold, were made with, and putting new
 * weights in its place at once would make the bank a mixture of two encoders.
 */
import * as tf from '@tensorflow/tfjs';
import type { FeatureBatch } from '../../../shared/features.ts';
import { type NetworkSettings, networkSettings, type Plan } from '../../../shared/plan.ts';
import { type Random, shuffled } from '../../../shared/random.ts';
import type { StoredTensors } from '../../../shared/safetensors.ts';
import { trainedParts, weightCount } from '../../../shared/weight-shapes.ts';
import { contrastiveLosses } from '../contrastive-loss.ts';
import { MemoryBank, type SampledFeatures, sampleFeatures } from '../memory-bank.ts';
import { followMain } from '../momentum.ts';
import { encode, project } from '../network/unet.ts';
import { takeNumbers } from '../numbers.ts';
import { partitionOf } from '../partitions.ts';
import { type PairedBatch, pairedBatch, spreadSlices } from '../sampling.ts';
import { type SliceStack, sliceOf } from '../slices.ts';
import { rowsOf, splitBatch } from '../sub-batches.ts';
import {
  assignWeights,
  lossAndGradients,
  prefixed,
  toVariables,
  toWeights,
  under,
  type Variables,
} from '../variables.ts';
import { cutWindow, drawPlace } from '../windows.ts';
import type { Method, MethodSetup, PretextStep, PretextTask } from './method.ts';

const FILL_BATCH = 32; // slices a forward pass when the bank is filled
const COMPARISONS = 25; // numbers that the loss keeps for each feature that an anchor is compared with

export const fcl: Method = {
  slicesPerStep: ({ volumesPerStep, partitions }) => volumesPerStep * partitions,
  memory: (plan) => ({
    // the momentum encoder, and the features compared with
    held:
      weightCount(networkSettings(plan), trainedParts(plan, 'pretraining')) + plan.sampledFeatures * plan.featureLength,
    perSlice: COMPARISONS * plan.sampledFeatures,
  }),
  begin: (setup) => new ContrastiveTask(setup),
};

class ContrastiveTask implements PretextTask {
  readonly #plan: Plan;
  readonly #network: NetworkSettings;
  readonly #main: Variables;
  readonly #momentum: Variables;
  readonly #mostSlices: number;
  #bank: MemoryBank;

  /** The momentum encoder begins as a copy of the main encoder, the bank empty. */
  constructor({ plan, weights, variables, mostSlices }: MethodSetup) {
    this.#plan = plan;
    this.#network = networkSettings(plan);
    this.#main = variables;
    this.#momentum = toVariables(weights);
    this.#mostSlices = mostSlices;
    this.#bank = new MemoryBank(plan.bankSize, plan.featureLength);
  }

  /**
   * Fills an empty bank with momentum features of unaugmented windows, equally many of each partition and of as many
   * volumes as it takes.
   */
  async prepare(volumes: number, load: (volume: number) => SliceStack, random: Random): Promise<void> {
    if (this.#bank.count > 0) return;
    const { partitions, bankSize } = this.#plan;
    const each = Math.ceil(bankSize / (volumes * partitions));
    for (const volume of shuffled(random, [...Array(volumes).keys()])) {
      const room = bankSize - this.#bank.count;
      if (room === 0) return;
      const stack = load(volume);
      const slices = spreadSlices(stack.count, partitions, each, random).slice(0, room);
      for (let from = 0; from < slices.length; from += FILL_BATCH) {
        await this.#enqueueSlices(stack, slices.slice(from, from + FILL_BATCH), random);
      }
    }
  }

  draw(volumes: SliceStack[], remote: FeatureBatch[], random: Random): PretextStep {
    const batch = pairedBatch(volumes, this.#plan, random);
    const sampled = sampleFeatures(this.#bank.batch(), remote, this.#plan.sampledFeatures, random);
    return {
      slices: batch.count,
      lossAndGradients: () => this.#contrast(batch, sampled),
      finish: () => this.#follow(batch),
    };
  }

  features(): FeatureBatch {
    return this.#bank.batch();
  }

  async state(): Promise<StoredTensors> {
    const { count, length, vectors, partitions } = this.#bank.batch();
    return {
      ...prefixed('momentum/', await toWeights(this.#momentum)),
      'bank/vectors': { shape: [count, length], data: vectors },
      'bank/partitions': { shape: [count], data: partitions },
    };
  }

  restore(state: StoredTensors): void {
    assignWeights(this.#momentum, under('momentum/', state));
    this.#bank = new MemoryBank(this.#plan.bankSize, this.#plan.featureLength);
    this.#bank.enqueue(state['bank/vectors'].data as Float32Array, state['bank/partitions'].data as Uint8Array);
  }

  dispose(): void {
    tf.dispose(this.#momentum);
  }

  #contrast({ count, side, first, partitions }: PairedBatch, sampled: SampledFeatures) {
    const terms = splitBatch(count, this.#mostSlices).map((rows) => () => {
      const anchors = this.#embed(this.#main, rowsOf(first, rows, side ** 2), side); // [rows, featureLength]
      const { total } = contrastiveLosses(anchors, rowsOf(partitions, rows, 1), sampled, this.#plan.temperature);
      return tf.mul(total, rows.count / count) as tf.Scalar; // a mean over anchors, so a sub-batch counts by its share
    });
    return lossAndGradients(this.#main, 'pretrainingRate', terms);
  }

  /**
   * The bank takes in what the momentum encoder, as it was in this step, makes of the batch; then that encoder moves
   * on.
   */
  async #follow({ side, second, partitions }: PairedBatch): Promise<void> {
    const keys = await this.#momentumFeatures(second, side);
    followMain(this.#momentum, this.#main, this.#plan.momentum);
    this.#bank.enqueue(keys, partitions);
  }

  /** A window of each of these slices. */
  async #enqueueSlices(volume: SliceStack, slices: number[], random: Random): Promise<void> {
    const { inputSize: side, partitions: count } = this.#plan;
    const area = side * side;
    const windows = new Float32Array(slices.length * area);
    slices.forEach((slice, row) => {
      const target = windows.subarray(row * area, (row + 1) * area);
      cutWindow(sliceOf(volume, volume.pixels, slice), volume, drawPlace(volume, side, random), side, target);
    });
    const partitions = Uint8Array.from(slices, (slice) => partitionOf(slice, volume.count, count));
    this.#bank.enqueue(await this.#momentumFeatures(windows, side), partitions);
  }

  /** The momentum encoder's features [N, featureLength] of windows [N, side, side]. */
  async #momentumFeatures(pixels: Float32Array, side: number): Promise<Float32Array> {
    const { featureLength } = this.#plan;
    const slices = pixels.length / side ** 2;
    const features = new Float32Array(slices * featureLength);
    for (const rows of splitBatch(slices, this.#mostSlices)) {
      const own = this.#embed(this.#momentum, rowsOf(pixels, rows, side ** 2), side); // [rows, featureLength]
      features.set(await takeNumbers(own), rows.from * featureLength);
    }
    return features;
  }

  /** Features [N, featureLength] of unit length of windows [N, side, side]. */
  #embed(weights: Variables, pixels: Float32Array, side: number): tf.Tensor2D {
    return tf.tidy(() => {
      const slices = tf.tensor4d(pixels, [pixels.length / (side * side), side, side, 1]);
      const levels = encode(weights, slices, this.#network);
      return project(weights, levels[levels.length - 1], this.#network);
    });
  }
}
