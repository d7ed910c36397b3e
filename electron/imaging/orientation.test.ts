import { describe, expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../shared/random.ts';
import type { Grid, Matrix3, Vector3 } from '../../shared/volume.ts';
import { axisDirection, cross, determinant, distance, sameGrid, swapLpsAndRas, voxelToWorld } from './geometry.ts';
import { orientToRas, toSourceGrid } from './orientation.ts';

const size: Vector3 = [3, 4, 5];

/** All 48 ways that axes can be permuted and flipped, each turned a little off the world's axes. */
function grids(): Grid[] {
  const result: Grid[] = [];
  const random = seededRandom('grids');
  for (const axes of [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]) {
    for (let flips = 0; flips < 8; flips++) {
      const tilt = rotation(gaussian(random) * 0.1, gaussian(random) * 0.1, gaussian(random) * 0.1);
      const direction = new Array(9).fill(0);
      axes.forEach((world, axis) => {
        const column = axisDirection(tilt, world);
        for (let row = 0; row < 3; row++) direction[3 * row + axis] = flips & (1 << axis) ? -column[row] : column[row];
      });
      result.push({ size, spacing: [0.7, 1.3, 2.9], origin: [-31, 17.5, 80], direction: direction as Matrix3 });
    }
  }
  return result;
}

function rotation(a: number, b: number, c: number): Matrix3 {
  const first: Vector3 = [Math.cos(a) * Math.cos(b), Math.sin(a) * Math.cos(b), -Math.sin(b)];
  const helper = cross(first, [Math.sin(c), -Math.sin(c), Math.cos(c)]);
  const length = Math.hypot(...helper);
  const second = cross(helper.map((value) => value / length) as Vector3, first);
  const third = cross(first, second);
  return [0, 1, 2].flatMap((row) => [first[row], second[row], third[row]]) as Matrix3;
}

const numbered = () => Float32Array.from({ length: 60 }, (_, index) => index);

describe('orientToRas', () => {
  it('makes every axis run to the right, forwards and upwards, and leaves each voxel where it lies', () => {
    for (const source of grids()) {
      expect(Math.abs(determinant(source.direction))).toBeCloseTo(1, 9);
      const { grid, voxels } = orientToRas(source, numbered());
      for (let axis = 0; axis < 3; axis++) expect(grid.direction[4 * axis]).toBeGreaterThan(0.5);
      for (let z = 0; z < grid.size[2]; z++)
        for (let y = 0; y < grid.size[1]; y++)
          for (let x = 0; x < grid.size[0]; x++) {
            const number = voxels[x + grid.size[0] * (y + grid.size[1] * z)];
            const before: Vector3 = [number % 3, Math.floor(number / 3) % 4, Math.floor(number / 12)];
            expect(distance(voxelToWorld(grid, [x, y, z]), voxelToWorld(source, before))).toBeLessThan(1e-9);
          }
    }
  });

  it('changes nothing that is RAS+ already', () => {
    const source: Grid = { size, spacing: [1, 2, 3], origin: [4, 5, 6], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
    const { grid, voxels } = orientToRas(source, numbered());
    expect(grid).toEqual(source);
    expect(voxels).toEqual(numbered());
  });
});

describe('toSourceGrid', () => {
  it('gives back the grid and every voxel exactly', () => {
    for (const source of grids()) {
      const voxels = Uint8Array.from(numbered());
      const back = toSourceGrid(orientToRas(source, voxels));
      expect(back.grid).toEqual(source);
      expect(back.voxels).toEqual(voxels);
    }
  });
});

describe('grids', () => {
  it('are the same within a tenth of a voxel, and not beyond', () => {
    const [grid] = grids();
    expect(sameGrid(grid, { ...grid, origin: [-31.05, 17.5, 80] })).toBe(true);
    expect(sameGrid(grid, { ...grid, origin: [-31.1, 17.5, 80] })).toBe(false);
    expect(sameGrid(grid, { ...grid, size: [3, 4, 6] })).toBe(false);
    expect(sameGrid(grid, { ...grid, spacing: [0.7, 1.3, 2.95] })).toBe(false);
  });

  it('go from LPS to RAS and back without a trace', () => {
    for (const grid of grids()) {
      const ras = swapLpsAndRas(grid);
      expect(ras.origin).toEqual([31, -17.5, 80]);
      expect(determinant(ras.direction)).toBeCloseTo(determinant(grid.direction), 12);
      expect(swapLpsAndRas(ras)).toEqual(grid);
    }
  });
});
