/** A picture of feature vectors: each as a point of the plane in which they spread most. */
import type { PayloadDescription } from '../../../shared/consent.ts';
import type { FeatureBatch } from '../../../shared/features.ts';

const ITERATIONS = 300; // of the power method; a picture needs no more than two digits
const STILL = 1e-9; // change of direction that counts as none

/**
 * The first two principal components of a batch (Pearson 1901), scaled together to [-1, 1].
 *
 * The same batch always gives the same points: each component points where its largest number is positive. Vectors
 * that do not differ along a component lie at 0 on it.
 */
export function projectBatch({ count, length, vectors, partitions }: FeatureBatch): PayloadDescription['projection'] {
  const centred = centre(vectors, count, length); // [count, length]
  const covariance = covarianceOf(centred, count, length); // [length, length]
  const first = principalDirection(covariance, length);
  const second = principalDirection(without(covariance, first), length);
  const along = ({ direction }: Component, row: number) =>
    direction.reduce((sum, number, i) => sum + number * centred[row * length + i], 0);
  const points = Array.from({ length: count }, (_, row) => ({ x: along(first, row), y: along(second, row) }));
  const reach = points.reduce((most, { x, y }) => Math.max(most, Math.abs(x), Math.abs(y)), 0) || 1;
  return points.map(({ x, y }, row) => ({ x: x / reach, y: y / reach, partition: partitions[row] }));
}

interface Component {
  direction: Float64Array; // [length], of unit norm, or zeros where nothing varies
  variance: number;
}

function centre(vectors: Float32Array, count: number, length: number): Float64Array {
  const mean = new Float64Array(length);
  for (let i = 0; i < count * length; i++) mean[i % length] += vectors[i] / count;
  return Float64Array.from({ length: count * length }, (_, i) => vectors[i] - mean[i % length]);
}

function covarianceOf(centred: Float64Array, count: number, length: number): Float64Array {
  const covariance = new Float64Array(length * length);
  for (let row = 0; row < count; row++) {
    const vector = centred.subarray(row * length, (row + 1) * length);
    for (let i = 0; i < length; i++) {
      for (let j = 0; j < length; j++) covariance[i * length + j] += (vector[i] * vector[j]) / count;
    }
  }
  return covariance;
}

/** The eigenvector of the largest eigenvalue, by the power method, starting from the column of largest variance. */
function principalDirection(covariance: Float64Array, length: number): Component {
  let start = 0;
  for (let i = 1; i < length; i++) if (covariance[i * (length + 1)] > covariance[start * (length + 1)]) start = i;
  let direction = covariance.slice(start * length, (start + 1) * length);
  let variance = normalise(direction);
  for (let iteration = 0; iteration < ITERATIONS && variance > 0; iteration++) {
    const next = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      for (let j = 0; j < length; j++) next[i] += covariance[i * length + j] * direction[j];
    }
    variance = normalise(next);
    const change = next.reduce((most, number, i) => Math.max(most, Math.abs(number - direction[i])), 0);
    direction = next;
    if (change < STILL) break;
  }
  const largest = direction.reduce((most, number) => (Math.abs(number) > Math.abs(most) ? number : most), 0);
  return { direction: largest < 0 ? direction.map((number) => -number) : direction, variance };
}

/** Covariance of what is left once the component is taken out (Hotelling's deflation). */
function without(covariance: Float64Array, { direction, variance }: Component): Float64Array {
  const length = direction.length;
  return covariance.map((value, at) => value - variance * direction[Math.floor(at / length)] * direction[at % length]);
}

/** Brings a vector to unit norm in place and gives the norm it had; one that is all but zero becomes zero. */
function normalise(vector: Float64Array): number {
  const norm = Math.hypot(...vector);
  const negligible = norm < 1e-12; // unit vectors that differ at all vary more; below is rounding
  for (let i = 0; i < vector.length; i++) vector[i] = negligible ? 0 : vector[i] / norm;
  return negligible ? 0 : norm;
}
