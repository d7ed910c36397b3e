/** What the plan wants done to feature vectors before anyone is asked to let them go. */
import { randomFillSync } from 'node:crypto';
import type { FeatureBatch } from '../../../shared/features.ts';
import type { Privacy } from '../../../shared/plan.ts';

/**
 * Clips each number, adds Gaussian noise, brings each vector back to unit norm and rounds it: [count, length] in and
 * out; after rounding a norm is 1 to within sqrt(length) * 10^-decimals / 2. `words` says what was done.
 *
 * `random` gives numbers of [0, 1). The run's seed must not make the noise: the other sites know the plan, seed and
 * all, and could draw the same noise and take it off again. So it comes from the operating system's random source,
 * and two runs with one seed differ where noise is on. Clipping and noise of this kind make vectors harder to trace;
 * they are no proof of differential privacy.
 */
export function treat(
  batch: FeatureBatch,
  { clip, noise, decimals }: Privacy,
  random: () => number = secureRandom,
): { batch: FeatureBatch; words: string } {
  const { count, length } = batch;
  const vectors = new Float32Array(count * length);
  const step = 10 ** decimals;
  for (let row = 0; row < count; row++) {
    const vector = Float64Array.from(batch.vectors.subarray(row * length, (row + 1) * length), (number) => {
      const clipped = Math.min(clip, Math.max(-clip, number));
      return noise === 0 ? clipped : clipped + noise * gaussian(random);
    });
    const norm = Math.hypot(...vector) || 1; // a vector of zeros stays one and is refused where batches are checked
    vectors.set(
      vector.map((number) => Math.round((number / norm) * step) / step),
      row * length,
    );
  }
  return {
    batch: { ...batch, vectors, partitions: batch.partitions.slice() },
    words: inWords({ clip, noise, decimals }),
  };
}

function inWords({ clip, noise, decimals }: Privacy): string {
  const done = [
    clip < 1 && `each number limited to ${clip} either way`,
    noise > 0 && `random noise of deviation ${noise} added to each number`,
    (clip < 1 || noise > 0) && 'each vector brought back to length 1',
    `each number rounded to ${decimals} decimals`,
  ].filter((part) => part !== false);
  return done.join(', ');
}

/** A draw from the standard normal distribution (Box and Muller 1958). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const pool = new Uint32Array(1024); // asking the system for each number would be slow
let used = pool.length;

function secureRandom(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool[used++] / 2 ** 32;
}
