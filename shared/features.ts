/** A feature batch: the vectors of one site in one round, with their partition numbers, and nothing else. */
export interface FeatureBatch {
  count: number;
  length: number; // numbers a vector
  vectors: Float32Array; // [count, length], row-major, each row of unit norm
  partitions: Uint8Array; // [count], each < plan.partitions
}
