/**
 * A feature batch as bytes, little endian: count (uint32), length (uint32), vectors (count x length float32),
 * partitions (count bytes). Nothing else fits in: opening checks that the size is exact.
 */
import { fault } from '../../../shared/errors.ts';
import type { FeatureBatch } from '../../../shared/features.ts';
import type { Plan } from '../../../shared/plan.ts';
import { featureBatchBytes, SEAL_OVERHEAD } from '../../../shared/protocol/limits.ts';

const HEADER_BYTES = 8;
/**
 * Standard deviations beyond the expected length of the noise: exp(-6^2 / 2), or 1 vector in 66 million, exceeds it.
 */
const NOISE_DEVIATIONS = 6;
const FLOAT32_ERROR = 1e-5; // of the norm of a vector normalised in float32

/** Largest sealed batch that the plan allows. */
export function largestSealedBatch(plan: Plan): number {
  return featureBatchBytes(plan.bankSize, plan.featureLength) + SEAL_OVERHEAD;
}

/** Throws `federation.bad-features` where the batch does not fit the plan, so that no site sends what others refuse. */
export function encodeFeatureBatch(batch: FeatureBatch, plan: Plan, site = 'this site'): Uint8Array {
  checkBatch(batch, plan, site);
  const { count, length, vectors, partitions } = batch;
  const bytes = new Uint8Array(featureBatchBytes(count, length));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, count, true);
  view.setUint32(4, length, true);
  for (let i = 0; i < vectors.length; i++) view.setFloat32(HEADER_BYTES + 4 * i, vectors[i], true);
  bytes.set(partitions, HEADER_BYTES + 4 * vectors.length);
  return bytes;
}

/** Reads and checks the bytes that `site` sent. Throws `federation.bad-features`. */
export function decodeFeatureBatch(bytes: Uint8Array, plan: Plan, site: string): FeatureBatch {
  const bad = (reason: string) => fault('federation.bad-features', { site, reason });
  if (bytes.length < HEADER_BYTES) throw bad('they are cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, true);
  const length = view.getUint32(4, true);
  if (count < 1 || count > plan.bankSize) throw bad(`they are not 1 to ${plan.bankSize} vectors`);
  if (length !== plan.featureLength) throw bad(`a vector has not ${plan.featureLength} numbers`);
  if (bytes.length !== featureBatchBytes(count, length)) throw bad('their size does not fit their count');
  const vectors = new Float32Array(count * length);
  for (let i = 0; i < vectors.length; i++) vectors[i] = view.getFloat32(HEADER_BYTES + 4 * i, true);
  const batch = { count, length, vectors, partitions: bytes.slice(HEADER_BYTES + 4 * vectors.length) };
  checkBatch(batch, plan, site);
  return batch;
}

/**
 * Between which norms a unit vector can lie after the plan's treatment. Clipping each number to `clip` leaves a norm of
 * at least min(1, clip): either no number was cut, or one is `clip` itself. Gaussian noise of deviation s on L numbers
 * is longer than s (sqrt(L) + t) with a chance of at most exp(-t^2 / 2) (concentration of the norm). Rounding to d
 * decimals moves each number by at most 10^-d / 2, the vector by sqrt(L) times that. Vectors that were brought back to
 * unit norm before rounding lie within the same bounds.
 */
export function normBounds(plan: Plan): { least: number; most: number } {
  const { clip, noise, decimals } = plan.privacy;
  const root = Math.sqrt(plan.featureLength);
  const moved = (noise > 0 ? noise * (root + NOISE_DEVIATIONS) : 0) + 0.5 * 10 ** -decimals * root + FLOAT32_ERROR;
  return { least: Math.max(0, Math.min(1, clip) - moved), most: 1 + moved };
}

function checkBatch({ count, length, vectors, partitions }: FeatureBatch, plan: Plan, site: string): void {
  const bad = (reason: string) => fault('federation.bad-features', { site, reason });
  if (count < 1 || count > plan.bankSize) throw bad(`they are not 1 to ${plan.bankSize} vectors`);
  if (length !== plan.featureLength) throw bad(`a vector has not ${plan.featureLength} numbers`);
  if (vectors.length !== count * length || partitions.length !== count)
    throw bad('their arrays do not fit their count');
  const { least, most } = normBounds(plan);
  for (let row = 0; row < count; row++) {
    if (partitions[row] >= plan.partitions) throw bad(`vector ${row} names a partition that the plan has not`);
    let square = 0;
    for (let i = row * length; i < (row + 1) * length; i++) square += vectors[i] * vectors[i];
    if (!Number.isFinite(square)) throw bad(`vector ${row} holds a number that is not finite`);
    const norm = Math.sqrt(square);
    if (norm < least || norm > most) throw bad(`vector ${row} has not unit norm`);
  }
}
