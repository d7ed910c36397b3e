import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { planSchema } from '../../shared/plan.ts';
import type { LabelMap } from '../../shared/volume.ts';
import { phantomVolume } from './phantom.ts';
import { prepareImage, prepareLabels } from './prepare.ts';

const plan = planSchema.parse({});
const digest = (values: Float32Array | Uint8Array) =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');

function centre({ grid, voxels }: LabelMap, label: number) {
  const sums = [0, 0, 0, 0];
  voxels.forEach((value, index) => {
    if (value !== label) return;
    const [nx, ny] = grid.size;
    const voxel = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
    sums[3]++;
    voxel.forEach((number, axis) => {
      sums[axis] += grid.origin[axis] + number * grid.spacing[axis];
    });
  });
  return { count: sums[3], y: sums[1] / sums[3] };
}

describe('phantomVolume', () => {
  it('is the same for the same options and another for any other', () => {
    const first = phantomVolume({ seed: 3, site: 1, index: 2 });
    const again = phantomVolume({ seed: 3, site: 1, index: 2 });
    expect(digest(again.volume.voxels)).toBe(digest(first.volume.voxels));
    expect(again.labels).toEqual(first.labels);
    const others = [
      phantomVolume({ seed: 4, site: 1, index: 2 }),
      phantomVolume({ seed: 3, site: 0, index: 2 }),
      phantomVolume({ seed: 3, site: 1, index: 3 }),
    ];
    const digests = [first, ...others].map(({ labels }) => digest(labels.voxels));
    expect(new Set(digests).size).toBe(4);
  });

  it('has both labels in every subject, the first in front, and is as large as it says', () => {
    for (let site = 0; site < 4; site++)
      for (let index = 0; index < 2; index++) {
        const { volume, labels } = phantomVolume({ seed: 1, site, index });
        expect(volume.voxels.length).toBe(labels.voxels.length);
        expect(volume.voxels.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
        const [head, body] = [centre(labels, 1), centre(labels, 2)];
        expect(head.count).toBeGreaterThan(200);
        expect(body.count).toBeGreaterThan(150);
        expect(head.y).toBeGreaterThan(body.y + 8);
        volume.grid.size.forEach((size, axis) => {
          const field = size * volume.grid.spacing[axis];
          expect(Math.abs(field - [40, 48, 36][axis])).toBeLessThan(5);
        });
      }
  });

  it('has no threshold that finds a label, since other tissue is as bright', () => {
    for (let site = 0; site < 4; site++) {
      const { volume, labels } = phantomVolume({ seed: 2, site, index: 0 });
      const { pixels } = prepareImage(volume, plan);
      const classes = prepareLabels(labels, plan);
      const marked = [...pixels].filter((_, index) => classes[index] > 0).toSorted((a, b) => a - b);
      const [low, high] = [0.1, 0.9].map((part) => marked[Math.floor(part * marked.length)]);
      const found = pixels.filter((value) => value >= low && value <= high).length;
      const right = marked.filter((value) => value >= low && value <= high).length;
      expect((2 * right) / (found + marked.length)).toBeLessThan(0.35); // Dice of the best guess by brightness
    }
  });

  it('shows in a slice where along the axis it lies', () => {
    // A slice of one subject is most like the slice at about the same place of another subject of that site.
    const [first, second] = [0, 1].map((index) =>
      prepareImage(phantomVolume({ seed: 5, site: 0, index }).volume, plan),
    );
    const slice = ({ pixels, count }: typeof first, part: number) => {
      const z = Math.floor(part * count);
      return pixels.subarray(z * 48 * 48, (z + 1) * 48 * 48);
    };
    const distance = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + (value - b[at]) ** 2, 0);
    const parts = [0.05, 0.3, 0.6, 0.95];
    const near = parts.map((part) => {
      const distances = parts.map((other) => distance(slice(first, part), slice(second, other)));
      return Math.abs(distances.indexOf(Math.min(...distances)) - parts.indexOf(part));
    });
    expect(near.filter((steps) => steps === 0).length).toBeGreaterThanOrEqual(3);
  });

  it('looks different at each site: contrast, brightness and voxels', () => {
    const sites = [0, 1, 2, 3].map((site) => phantomVolume({ seed: 1, site, index: 0 }));
    const brightness = sites.map(
      ({ volume }) => volume.voxels.reduce((sum, value) => sum + value, 0) / volume.voxels.length,
    );
    expect(Math.max(...brightness) / Math.min(...brightness)).toBeGreaterThan(3);
    expect(new Set(sites.map(({ volume }) => volume.grid.spacing.join())).size).toBe(4);
    const standing = sites.map(({ volume, labels }) => {
      const { pixels } = prepareImage(volume, plan);
      const classes = prepareLabels(labels, plan);
      const marked = pixels.filter((_, index) => classes[index] === 2);
      return marked.reduce((sum, value) => sum + value, 0) / marked.length;
    });
    expect(Math.max(...standing) - Math.min(...standing)).toBeGreaterThan(0.15); // deviations, after standardising
  });
});
