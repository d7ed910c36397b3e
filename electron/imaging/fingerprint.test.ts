import { describe, expect, it } from 'vitest';
import { volumeFingerprintSchema } from '../../shared/fingerprint.ts';
import { gaussian, seededRandom } from '../../shared/random.ts';
import type { Grid, LabelMap, Vector3, Volume } from '../../shared/volume.ts';
import { fingerprintOf } from './fingerprint.ts';
import { smallestParts } from './label-parts.ts';
import { eachRun } from './label-runs.ts';

function gridOf(size: Vector3, spacing: Vector3): Grid {
  return { size, spacing, origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
}

function pair(grid: Grid, valueAt: (at: number) => number, labelAt: (x: number, y: number, z: number) => number) {
  const [nx, ny, nz] = grid.size;
  const grids = { grid, sourceGrid: grid };
  const volume: Volume = { ...grids, voxels: Float32Array.from({ length: nx * ny * nz }, (_, at) => valueAt(at)) };
  const labels: LabelMap = {
    ...grids,
    voxels: Uint8Array.from(volume.voxels, (_, at) =>
      labelAt(at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))),
    ),
  };
  return { volume, labels };
}

describe('fingerprintOf', () => {
  const grid = gridOf([10, 8, 6], [0.5, 1, 3]);
  // Label 2 is a block of 4 x 2 x 3 and a voxel away from it; label 7 is one voxel.
  const labelAt = (x: number, y: number, z: number) => {
    if (x >= 2 && x < 6 && y >= 3 && y < 5 && z >= 1 && z < 4) return 2;
    if (x === 9 && y === 3 && z === 1) return 2;
    return x === 0 && y === 0 && z === 5 ? 7 : 0;
  };
  const { volume, labels } = pair(grid, (at) => at, labelAt);

  it('tells sizes, and where each label and all together lie', () => {
    const found = fingerprintOf(volume, labels);
    expect(found).toMatchObject({ size: [10, 8, 6], spacing: [0.5, 1, 3] });
    expect(found.labels).toEqual([
      { label: 2, voxels: 25, extent: [4, 2, 9], slices: [5, 2, 3], smallestPart: 1.5 },
      { label: 7, voxels: 1, extent: [0.5, 1, 3], slices: [1, 1, 1], smallestPart: 1.5 },
    ]);
    expect(found.labelled).toMatchObject({ voxels: 26, extent: [5, 5, 15], slices: [6, 3, 4] });
    expect(volumeFingerprintSchema.parse(JSON.parse(JSON.stringify(found)))).toEqual(found);
  });

  it('tells how values are distributed, in the whole and inside labels', () => {
    const { intensity, labelled } = fingerprintOf(volume, labels);
    expect(intensity.low).toBeCloseTo(0.005 * 479, 3);
    expect(intensity.median).toBe(239.5);
    expect(intensity.high).toBeCloseTo(0.995 * 479, 3);
    expect(intensity.mean).toBe(239.5);
    expect(intensity.deviation).toBeCloseTo(Math.sqrt((480 ** 2 - 1) / 12), 6);
    const inside = [...volume.voxels].filter((_, at) => labels.voxels[at] > 0);
    const mean = inside.reduce((sum, value) => sum + value, 0) / inside.length;
    expect(labelled?.intensity.mean).toBeCloseTo(mean, 6);
    const variance = inside.reduce((sum, value) => sum + (value - mean) ** 2, 0) / inside.length;
    expect(labelled?.intensity.deviation).toBeCloseTo(Math.sqrt(variance), 6);
  });

  it('says of labels that none are there, with an empty map as without one', () => {
    const empty = { ...labels, voxels: new Uint8Array(480) };
    expect(fingerprintOf(volume)).toMatchObject({ labelled: null, labels: [] });
    expect(fingerprintOf(volume, empty)).toMatchObject({ labelled: null, labels: [] });
  });

  it.each([
    ['a CT with air', (at: number) => (at % 3 === 0 ? -1024 : 40), undefined, true],
    ['a CT without a box of air, but with lungs', (at: number) => (at % 3 === 0 ? -700 : 40), undefined, true],
    ['a CT that was resampled', (at: number) => (at % 3 === 0 ? -1000 : 40.25), undefined, true],
    ['an MR', (at: number) => at, undefined, false],
    ['an MR that was standardised', (at: number) => -3 + (at % 7) / 2.5, undefined, false],
    ['a crop of soft tissue, whose DICOM file says CT', (at: number) => -100 + (at % 200), 'CT', true],
    ['a PET, whose DICOM file says PT', (at: number) => (at % 3 === 0 ? -1000 : 40), 'PT', false],
  ])('tells Hounsfield units: %s', (_, valueAt, modality, expected) => {
    const { volume } = pair(grid, valueAt, () => 0);
    expect(fingerprintOf(volume, undefined, modality).hounsfield).toBe(expected);
  });

  it('takes a whole-body CT in two seconds and in little memory', () => {
    const size: Vector3 = [512, 512, 600];
    const grids = { grid: gridOf(size, [0.8, 0.8, 1]), sourceGrid: gridOf(size, [0.8, 0.8, 1]) };
    const voxels = new Float32Array(512 * 512 * 600);
    const labelled = new Uint8Array(voxels.length);
    const random = seededRandom('ct');
    const line = Float32Array.from({ length: 65_521 }, () => Math.round(-500 + 500 * gaussian(random)));
    for (let at = 0; at < voxels.length; at += line.length) {
      voxels.set(line.subarray(0, Math.min(line.length, voxels.length - at)), at);
    }
    for (let z = 200; z < 350; z++) {
      for (let y = 150; y < 350; y++)
        labelled.fill(1 + (z > 300 ? 1 : 0), (z * 512 + y) * 512 + 100, (z * 512 + y) * 512 + 330);
    }
    const before = process.memoryUsage().rss;
    const begun = process.cpuUsage();
    const found = fingerprintOf({ ...grids, voxels }, { ...grids, voxels: labelled });
    const seconds = process.cpuUsage(begun).user / 1e6; // of work: others may keep the machine busy
    const grown = process.memoryUsage().rss - before;
    expect(found.labels.map(({ label, slices }) => [label, slices])).toEqual([
      [1, [230, 200, 101]],
      [2, [230, 200, 49]],
    ]);
    expect(grown).toBeLessThan(100e6);
    expect(seconds).toBeLessThan(2);
  }, 60_000);
});

describe('eachRun', () => {
  it('gives every run of every line, wherever the voxels begin in memory', () => {
    const random = seededRandom('runs');
    const whole = Uint8Array.from({ length: 7 * 31 + 8 }, () => (random() < 0.7 ? 0 : Math.ceil(2 * random())));
    for (let offset = 0; offset < 5; offset++) {
      for (const length of [0, 1, 2, 7 * 31]) {
        const voxels = whole.subarray(offset, offset + length);
        const painted = new Uint8Array(length);
        eachRun(voxels, 7, (label, start, end) => {
          expect(Math.floor(start / 7)).toBe(Math.floor((end - 1) / 7));
          expect(voxels[start - 1] === label && start % 7 > 0).toBe(false);
          painted.fill(label, start, end);
        });
        expect(painted).toEqual(voxels);
      }
    }
  });
});

describe('smallestParts', () => {
  it('joins what meets only slices later, and keeps labels apart', () => {
    // Two columns of label 1 that a bridge joins in the last slice, and label 2 between them
    const [nx, ny, nz] = [5, 3, 4];
    const voxels = new Uint8Array(nx * ny * nz);
    const put = (x: number, y: number, z: number, label: number) => {
      voxels[(z * ny + y) * nx + x] = label;
    };
    for (let z = 0; z < 4; z++) for (const x of [0, 2]) put(x, 0, z, 1);
    put(1, 0, 3, 1);
    put(1, 0, 0, 2);
    put(1, 0, 1, 2);
    put(3, 1, 1, 1); // touches a column only by an edge
    expect(smallestParts(voxels, [nx, ny, nz])).toEqual(
      new Map([
        [1, 1],
        [2, 2],
      ]),
    );
    put(3, 1, 1, 0);
    expect(smallestParts(voxels, [nx, ny, nz]).get(1)).toBe(9);
  });

  it('agrees with a flood fill on noise', () => {
    const size: Vector3 = [13, 11, 10];
    const random = seededRandom('parts');
    const voxels = Uint8Array.from({ length: 13 * 11 * 10 }, () => Math.floor(3 * random()));
    expect(smallestParts(voxels, size)).toEqual(floodFilled(voxels, size));
    const shapes = Uint8Array.from({ length: 13 * 11 * 10 }, (_, at) =>
      Math.floor(at / 3) % 5 === 0 ? 0 : 1 + (Math.floor(at / 143) % 2),
    );
    expect(smallestParts(shapes, size)).toEqual(floodFilled(shapes, size));
  });
});

function floodFilled(voxels: Uint8Array, [nx, ny]: Vector3): Map<number, number> {
  const seen = new Uint8Array(voxels.length);
  const smallest = new Map<number, number>();
  for (let from = 0; from < voxels.length; from++) {
    if (voxels[from] === 0 || seen[from]) continue;
    const label = voxels[from];
    const stack = [from];
    seen[from] = 1;
    let size = 0;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      size++;
      const [x, y] = [at % nx, Math.floor(at / nx) % ny];
      const beside = [
        ...(x > 0 ? [at - 1] : []),
        ...(x < nx - 1 ? [at + 1] : []),
        ...(y > 0 ? [at - nx] : []),
        ...(y < ny - 1 ? [at + nx] : []),
        at - nx * ny,
        at + nx * ny,
      ];
      for (const other of beside) {
        if (voxels[other] !== label || seen[other]) continue;
        seen[other] = 1;
        stack.push(other);
      }
    }
    smallest.set(label, Math.min(size, smallest.get(label) ?? size));
  }
  return smallest;
}
