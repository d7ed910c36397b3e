import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../shared/random.ts';
import type { Vector3 } from '../../shared/volume.ts';
import { squaredDistances } from './distance.ts';

function bruteForce(mask: Uint8Array, [nx, ny, nz]: Vector3, [sx, sy, sz]: Vector3): number[] {
  const place = (index: number) => [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
  const inside = [...mask.keys()].filter((index) => mask[index]).map(place);
  return Array.from({ length: nx * ny * nz }, (_, index) => {
    const [x, y, z] = place(index);
    return inside.reduce(
      (least, [a, b, c]) => Math.min(least, (sx * (x - a)) ** 2 + (sy * (y - b)) ** 2 + (sz * (z - c)) ** 2),
      Number.POSITIVE_INFINITY,
    );
  });
}

describe('squaredDistances', () => {
  it.each([0.004, 0.05, 0.5])('equals trying every pair, with a share of %d inside', (share) => {
    const size: Vector3 = [9, 7, 8];
    const spacing: Vector3 = [0.7, 1.9, 3.1];
    for (let seed = 0; seed < 5; seed++) {
      const random = seededRandom(seed);
      const mask = Uint8Array.from({ length: 9 * 7 * 8 }, () => (random() < share ? 1 : 0));
      mask[100] = 1;
      const expected = bruteForce(mask, size, spacing);
      squaredDistances(mask, size, spacing).forEach((square, index) => {
        expect(square).toBeCloseTo(expected[index], 9);
      });
    }
  });

  it('is Infinity everywhere for an empty mask', () => {
    expect([...squaredDistances(new Uint8Array(8), [2, 2, 2], [1, 1, 1])]).toEqual(Array(8).fill(Infinity));
  });
});
