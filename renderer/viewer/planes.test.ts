import { describe, expect, it } from 'vitest';
import type { Grid } from '../../shared/volume.ts';
import { axesOf, clampToVolume, pixelToVoxel, planes, voxelAt, voxelToPixel, voxelToWorld } from './planes.ts';

const grid: Grid = {
  size: [4, 5, 6],
  spacing: [2, 3, 4],
  origin: [-10, 20, 30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

describe('planes', () => {
  it('use each voxel axis once', () => {
    for (const plane of planes) {
      const { column, row, slice } = axesOf[plane];
      expect([column, row, slice].toSorted()).toEqual([0, 1, 2]);
    }
  });

  it('go from a pixel to its voxel and back', () => {
    for (const plane of planes) {
      const voxel = pixelToVoxel(plane, { x: 1.25, y: 2.75 }, 3);
      expect(voxelToPixel(plane, voxel)).toEqual({ x: 1.25, y: 2.75 });
      expect(voxel[axesOf[plane].slice]).toBe(3.5);
    }
  });

  it('put the middle of the first voxel at the origin of the world', () => {
    expect(voxelToWorld(grid, [0.5, 0.5, 0.5])).toEqual([-10, 20, 30]);
    expect(voxelToWorld(grid, [1.5, 0.5, 2.5])).toEqual([-8, 20, 38]);
  });

  it('follow an oblique grid', () => {
    const turned: Grid = { ...grid, direction: [0, -1, 0, 1, 0, 0, 0, 0, 1] };
    expect(voxelToWorld(turned, [1.5, 1.5, 0.5])).toEqual([-13, 22, 30]);
  });

  it('know what lies outside', () => {
    expect(voxelAt(grid, [3.9, 0, 5.1])).toEqual([3, 0, 5]);
    expect(voxelAt(grid, [4, 0, 0])).toBeNull();
    expect(voxelAt(grid, [0, -0.1, 0])).toBeNull();
    expect(clampToVolume(grid, [9, -3, 2.2])).toEqual([3.5, 0.5, 2.5]);
  });
});
