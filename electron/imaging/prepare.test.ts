import { describe, expect, it } from 'vitest';
import { type PlanInput, planSchema } from '../../shared/plan.ts';
import { seededRandom } from '../../shared/random.ts';
import type { Grid, LabelMap, Vector3, Volume } from '../../shared/volume.ts';
import { orientToRas, toSourceGrid } from './orientation.ts';
import { prepareImage, prepareLabels, SliceReader } from './prepare.ts';
import { emptyLabelMap, restoreProbabilities } from './restore.ts';

const plan = (over: PlanInput = {}) => planSchema.parse({ inputSize: 16, ...over });

function gridOf(size: Vector3, spacing: Vector3 = [1, 1, 1]): Grid {
  return { size, spacing, origin: [5, -7, 11], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
}

function volumeOf(grid: Grid, valueAt: (x: number, y: number, z: number) => number): Volume {
  return { grid, sourceGrid: grid, voxels: Float32Array.from(each(grid, valueAt)) };
}

function labelsOf(grid: Grid, valueAt: (x: number, y: number, z: number) => number): LabelMap {
  return { grid, sourceGrid: grid, voxels: Uint8Array.from(each(grid, valueAt)) };
}

function each({ size: [nx, ny, nz] }: Grid, valueAt: (x: number, y: number, z: number) => number): number[] {
  const values: number[] = [];
  for (let z = 0; z < nz; z++) for (let y = 0; y < ny; y++) for (let x = 0; x < nx; x++) values.push(valueAt(x, y, z));
  return values;
}

function oneHot(classes: Uint8Array, count: number): Float32Array {
  const result = new Float32Array(classes.length * count);
  classes.forEach((value, index) => {
    result[index * count + value] = 1;
  });
  return result;
}

describe('prepareImage', () => {
  it('puts the axes where picture.ts says, for each slice axis', () => {
    const grid = gridOf([5, 6, 7]);
    const volume = volumeOf(grid, (x, y, z) => x + 10 * y + 100 * z);
    const order = { axial: [2, 1, 0], coronal: [1, 2, 0], sagittal: [0, 2, 1] } as const; // slice, row, column
    for (const axis of ['axial', 'coronal', 'sagittal'] as const) {
      const { count, height, width, pixels } = prepareImage(volume, plan({ axis }));
      const [slice, row, column] = order[axis];
      expect([count, height, width]).toEqual([grid.size[slice], 16, 16]);
      expect(pixels).toHaveLength(grid.size[slice] * 256);
      const rise = (a: number, b: number) => Math.sign(pixels[b] - pixels[a]);
      const middle = (3 * 16 + 8) * 16 + 8;
      const steps = { slice: 256, row: 16, column: 1 };
      for (const step of Object.values(steps)) expect(rise(middle, middle + step)).toBe(1);
      // A step along the axis of weight 100 changes most, then 10, then 1.
      const weight = [1, 10, 100];
      const change = (step: number) => pixels[middle + step] - pixels[middle];
      expect(change(steps.slice) / change(steps.row)).toBeCloseTo(weight[slice] / weight[row], 2);
      expect(change(steps.row) / change(steps.column)).toBeCloseTo(weight[row] / weight[column], 2);
    }
  });

  it('keeps voxels as they are where pixels are as large, pads with 0 to the size of a window and crops nothing', () => {
    const grid = gridOf([5, 3, 20]); // columns are padded by 5 and 6, all 20 rows are there
    const volume = volumeOf(grid, (x, y, z) => (x * 7 + y * 13 + z * 29) % 31);
    const { height, width, pixels } = prepareImage(volume, plan());
    expect([height, width]).toEqual([20, 16]);
    const shown = (y: number, row: number, column: number) => pixels[(y * 20 + row) * 16 + column];
    const low = 0;
    const scale = (shown(1, 6, 8) - shown(1, 5, 8)) / (volume.voxels[8 + 15 * 6] - volume.voxels[8 + 15 * 5]);
    for (let y = 0; y < 3; y++)
      for (let row = 0; row < 20; row++)
        for (let x = 0; x < 5; x++) {
          const value = (x * 7 + y * 13 + row * 29) % 31;
          if (value === low || value === 30) continue; // clipped
          const other = (0 * 7 + 1 * 13 + 5 * 29) % 31;
          expect(shown(y, row, x + 5) - shown(1, 5, 5)).toBeCloseTo((value - other) * scale, 4);
        }
    for (const column of [0, 4, 10, 15]) expect(shown(1, 8, column)).toBe(0);
  });

  it('has mean 0 and deviation 1 over what it shows, whatever scanner and outliers', () => {
    const grid = gridOf([12, 4, 12]);
    const random = seededRandom('standardise');
    const values = Array.from({ length: 12 * 4 * 12 }, random);
    const stacks = [1, 1e6].map((factor) => {
      const volume = { grid, sourceGrid: grid, voxels: Float32Array.from(values, (value) => value * factor - factor) };
      volume.voxels[77] = factor * 1e4;
      return prepareImage(volume, plan()).pixels;
    });
    for (const pixels of stacks) {
      const shown = pixels.filter(
        (_, index) => index % 16 >= 2 && index % 16 < 14 && (index >> 4) % 16 >= 2 && (index >> 4) % 16 < 14,
      );
      const mean = shown.reduce((sum, value) => sum + value, 0) / shown.length;
      const variance = shown.reduce((sum, value) => sum + (value - mean) ** 2, 0) / shown.length;
      expect(shown.length).toBe(12 * 4 * 12);
      expect(mean).toBeCloseTo(0, 5);
      expect(variance).toBeCloseTo(1, 4);
      expect(Math.max(...shown)).toBeLessThan(2); // the outlier is clipped to the 99th percentile
    }
    stacks[0].forEach((value, index) => {
      expect(stacks[1][index]).toBeCloseTo(value, 3);
    });
  });

  it('scales Hounsfield units of every volume alike', () => {
    const hounsfield = { low: -200, high: 300, mean: 50, deviation: 100 };
    for (const air of [-1000, -1024]) {
      const volume = volumeOf(gridOf([16, 1, 16]), (x) => (x < 4 ? air : x < 8 ? 50 : x < 12 ? 150 : 3000));
      const { pixels } = prepareImage(volume, plan({ normalisation: 'hounsfield', hounsfield }));
      expect([0, 4, 8, 12].map((column) => pixels[column])).toEqual([-2.5, 0, 1, 2.5]);
    }
  });

  it('gives zeros, not NaN, for a stack of one value', () => {
    const { pixels } = prepareImage(
      volumeOf(gridOf([4, 4, 4]), () => 7),
      plan(),
    );
    expect(pixels.every((value) => value === 0)).toBe(true);
  });

  it('gives slices some at a time as it gives them at once', () => {
    const volume = volumeOf(gridOf([21, 7, 18], [0.8, 1, 1.3]), (x, y, z) => (x * 31 + y * 17 + z * 5) % 23);
    const whole = prepareImage(volume, plan());
    const reader = new SliceReader(volume, plan());
    expect([reader.count, reader.height, reader.width]).toEqual([whole.count, whole.height, whole.width]);
    const area = whole.height * whole.width;
    expect(reader.read(2, 3)).toEqual(whole.pixels.slice(2 * area, 5 * area));
    expect(reader.read(0, 1)).toEqual(whole.pixels.slice(0, area));
  });

  it('takes percentiles of a part where a volume is large, with the same result to a hundredth', () => {
    const random = seededRandom('large');
    const grid = gridOf([260, 130, 130]); // 4.4 million voxels
    const voxels = Float32Array.from({ length: 260 * 130 * 130 }, () => random() ** 3);
    const part = { grid: gridOf([260, 65, 130]), sourceGrid: grid, voxels: new Float32Array(260 * 65 * 130) };
    part.voxels.set(voxels.subarray(0, part.voxels.length));
    const of = (volume: Volume) => {
      const pixels = new SliceReader(volume, plan({ axis: 'axial', inputSize: 16 })).read(0, 1);
      return [Math.min(...pixels.slice(0, 30_000)), Math.max(...pixels.slice(0, 30_000))];
    };
    const [large, small] = [of({ grid, sourceGrid: grid, voxels }), of(part)];
    for (const [index, value] of large.entries()) expect(value).toBeCloseTo(small[index], 1);
  });

  it('interpolates a ramp exactly and averages when it shrinks', () => {
    const ramp = volumeOf(gridOf([8, 2, 8], [2, 1, 2]), (x, _, z) => x + z);
    const { pixels } = prepareImage(ramp, plan());
    const at = (row: number, column: number) => pixels[row * 16 + column];
    for (let pixel = 2; pixel < 13; pixel++) {
      expect(at(8, pixel + 1) - at(8, pixel)).toBeCloseTo(at(8, 8) - at(8, 7), 5);
    }
    const chequered = volumeOf(gridOf([64, 2, 64], [0.25, 1, 0.25]), (x, y, z) => ((x + z) % 2) + (y === 0 ? 0 : 100));
    const smooth = prepareImage(chequered, plan()).pixels;
    const inside = smooth
      .slice(0, 256)
      .filter((_, index) => index % 16 > 0 && index % 16 < 15 && index > 16 && index < 240);
    // 0 to 1 in the source, 2 deviations being 100.
    expect(Math.max(...inside) - Math.min(...inside)).toBeLessThan(1e-3);
  });
});

describe('prepareLabels and restoreProbabilities', () => {
  it('number classes by the order of the plan and drop other labels', () => {
    const map = labelsOf(gridOf([4, 1, 4]), (x) => [0, 9, 3, 200][x]);
    const classes = prepareLabels(map, { ...plan(), labels: [200, 3] });
    expect([...classes.slice(8 * 16 + 6, 8 * 16 + 10)]).toEqual([0, 0, 2, 1]);
    expect(classes.slice(0, 6 * 16).every((value) => value === 0)).toBe(true);
  });

  it('are exact inverses where pixels are as large as voxels, for odd and even sizes, padding and every axis', () => {
    for (const axis of ['axial', 'coronal', 'sagittal'] as const)
      for (const size of [
        [7, 6, 9],
        [16, 15, 16],
        [3, 1, 2],
      ] as Vector3[]) {
        const map = labelsOf(gridOf(size), (x, y, z) => [0, 4, 2][(x * 5 + y * 3 + z * 7 + x * z) % 3]);
        const settings = { ...plan({ axis }), labels: [4, 2] };
        const restored = emptyLabelMap(map);
        restoreProbabilities(oneHot(prepareLabels(map, settings), 3), 0, restored, settings);
        expect(restored).toEqual(map);
      }
  });

  it('answer every voxel, however far from the middle', () => {
    const map = labelsOf(gridOf([200, 2, 61], [0.9, 1, 1.1]), (x, _, z) => (x < 3 || z > 57 ? 1 : 0));
    const restored = emptyLabelMap(map);
    restoreProbabilities(oneHot(prepareLabels(map, plan()), 3), 0, restored, plan());
    const wrong = restored.voxels.filter((label, index) => label !== map.voxels[index]);
    expect(wrong.length / map.voxels.length).toBeLessThan(0.01); // only where a label's border falls between pixels
    expect(restored.voxels.filter((label) => label === 1).length).toBeGreaterThan(1500);
  });

  it('tell how sure the labelled voxels are, and only those', () => {
    const map = labelsOf(gridOf([16, 2, 16]), (x) => (x < 4 ? 1 : 0));
    const probabilities = oneHot(prepareLabels(map, plan()), 3);
    for (let at = 0; at < probabilities.length; at++) probabilities[at] = probabilities[at] === 1 ? 0.8 : 0.1;
    const { voxels, probability } = restoreProbabilities(probabilities, 0, emptyLabelMap(map), plan());
    expect(voxels).toBe(4 * 2 * 16);
    expect(probability / voxels).toBeCloseTo(0.8, 5);
    const nothing = oneHot(new Uint8Array(2 * 256), 3);
    expect(restoreProbabilities(nothing, 0, emptyLabelMap(map), plan())).toEqual({ voxels: 0, probability: 0 });
  });

  it('write slice by slice what they write at once', () => {
    const map = labelsOf(gridOf([9, 5, 9], [1.3, 2, 0.7]), (x, y, z) => (x + y + z) % 3);
    const probabilities = oneHot(prepareLabels(map, plan()), 3);
    const [whole, parts] = [emptyLabelMap(map), emptyLabelMap(map)];
    restoreProbabilities(probabilities, 0, whole, plan());
    restoreProbabilities(probabilities.slice(0, 2 * 768), 0, parts, plan());
    restoreProbabilities(probabilities.slice(2 * 768), 2, parts, plan());
    expect(parts).toEqual(whole);
    expect(() => restoreProbabilities(probabilities, 1, parts, plan())).toThrow(RangeError);
  });

  it('keep a shape in place on anisotropic, oblique, permuted and flipped grids', () => {
    const [c, s] = [Math.cos(0.35), Math.sin(0.35)];
    const source: Grid = {
      size: [40, 9, 30], // runs up, back and to the right
      spacing: [0.5, 3, 0.8],
      origin: [-12, 60, -8],
      direction: [0, 0, 1, -s, -c, 0, c, -s, 0],
    };
    const ball = (x: number, y: number, z: number) => Math.hypot((x - 22) * 0.5, (y - 4) * 3, (z - 13) * 0.8);
    const original = Uint8Array.from(each(source, (x, y, z) => (ball(x, y, z) < 4 ? 1 : ball(x, y, z) < 7 ? 2 : 0)));
    const map: LabelMap = orientToRas(source, original);
    const settings = plan({ inputSize: 32 });
    const restored = emptyLabelMap(map);
    restoreProbabilities(oneHot(prepareLabels(map, settings), 3), 0, restored, settings);
    const back = toSourceGrid(restored);
    expect(back.grid).toEqual(source);
    for (const label of [1, 2]) {
      let both = 0;
      let either = 0;
      original.forEach((value, index) => {
        either += Number(value === label) + Number(back.voxels[index] === label);
        both += Number(value === label && back.voxels[index] === label);
      });
      expect((2 * both) / either).toBeGreaterThan(0.93); // 1 mm pixels of 0.5 x 0.8 mm voxels
    }
  });

  it('interpolate probabilities, so borders fall between pixels', () => {
    const grid = gridOf([32, 1, 4], [0.25, 1, 1]); // four voxels a pixel
    const map = emptyLabelMap({ grid, sourceGrid: grid });
    const probabilities = new Float32Array(256 * 3);
    for (let pixel = 0; pixel < 256; pixel++) {
      const column = pixel % 16; // 8 pixels are shown, columns 4 to 11; class 1 wins from column 7.4 on
      const chance = Math.min(1, Math.max(0, (column - 7.4) * 0.3 + 0.5));
      probabilities.set([1 - chance, chance, 0], pixel * 3);
    }
    restoreProbabilities(probabilities, 0, map, plan());
    const first = map.voxels.indexOf(1);
    const pixel = 4 + 3.5 + (first - 15.5) / 4; // where that voxel lies
    expect(pixel).toBeGreaterThan(7.4);
    expect(pixel).toBeLessThan(7.4 + 0.25);
  });
});
