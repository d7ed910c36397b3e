/**
 * The memory bank: momentum features with their partition, first in, first out (docs/method.md, section 4). Other
 * sites' features are kept apart, as the batches of the current round; only Q' joins both.
 */
import type { FeatureBatch } from '../../shared/features.ts';
import { type Random, randomInteger } from '../../shared/random.ts';

export class MemoryBank {
  readonly capacity: number; // features
  readonly length: number; // numbers a feature
  #vectors: Float32Array; // [capacity, length], a ring
  #partitions: Uint8Array; // [capacity]
  #count = 0;
  #next = 0; // where the next feature goes

  constructor(capacity: number, length: number) {
    this.capacity = capacity;
    this.length = length;
    this.#vectors = new Float32Array(capacity * length);
    this.#partitions = new Uint8Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  /** Appends features [partitions.length, length]; where the bank is full, the oldest leave. */
  enqueue(vectors: Float32Array, partitions: Uint8Array): void {
    for (let row = 0; row < partitions.length; row++) {
      this.#vectors.set(vectors.subarray(row * this.length, (row + 1) * this.length), this.#next * this.length);
      this.#partitions[this.#next] = partitions[row];
      this.#next = (this.#next + 1) % this.capacity;
      this.#count = Math.min(this.#count + 1, this.capacity);
    }
  }

  /** A copy of all features, the oldest first. Enqueued into an empty bank, it gives this bank again. */
  batch(): FeatureBatch {
    const { length } = this;
    const vectors = new Float32Array(this.#count * length);
    const partitions = new Uint8Array(this.#count);
    const oldest = this.#count < this.capacity ? 0 : this.#next;
    for (let row = 0; row < this.#count; row++) {
      const at = (oldest + row) % this.capacity;
      vectors.set(this.#vectors.subarray(at * length, (at + 1) * length), row * length);
      partitions[row] = this.#partitions[at];
    }
    return { count: this.#count, length, vectors, partitions };
  }
}

/** Q': what the loss of one step compares anchors with. */
export interface SampledFeatures extends FeatureBatch {
  isLocal: Uint8Array; // [count], 1 for this site's own, 0 for another's
}

/** Draws `most` features without repetition from local and remote together, or takes all where there are no more. */
export function sampleFeatures(
  local: FeatureBatch,
  remote: FeatureBatch[],
  most: number,
  random: Random,
): SampledFeatures {
  const batches = [local, ...remote];
  const total = batches.reduce((sum, batch) => sum + batch.count, 0);
  const count = Math.min(most, total);
  const length = local.length;
  const sampled: SampledFeatures = {
    count,
    length,
    vectors: new Float32Array(count * length),
    partitions: new Uint8Array(count),
    isLocal: new Uint8Array(count),
  };
  const order = Uint32Array.from({ length: total }, (_, index) => index);
  for (let row = 0; row < count; row++) {
    const other = row + randomInteger(random, total - row);
    let index = order[other];
    order[other] = order[row];
    let from = 0;
    while (index >= batches[from].count) index -= batches[from++].count;
    const { vectors, partitions } = batches[from];
    sampled.vectors.set(vectors.subarray(index * length, (index + 1) * length), row * length);
    sampled.partitions[row] = partitions[index];
    sampled.isLocal[row] = from === 0 ? 1 : 0;
  }
  return sampled;
}
