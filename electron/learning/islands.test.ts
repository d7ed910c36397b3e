import { expect, it } from 'vitest';
import type { Vector3 } from '../../shared/volume.ts';
import { keepLargestIsland } from './islands.ts';

const size: Vector3 = [12, 9, 7];
const at = (x: number, y: number, z: number) => x + 12 * (y + 9 * z);

it('leaves the largest island of a label and no other voxel of it', () => {
  const voxels = new Uint8Array(12 * 9 * 7);
  for (let x = 2; x < 6; x++) for (let y = 2; y < 5; y++) for (let z = 1; z < 4; z++) voxels[at(x, y, z)] = 1;
  for (const [x, y, z] of [
    [11, 8, 6],
    [9, 1, 1],
    [10, 1, 1],
  ]) {
    voxels[at(x, y, z)] = 1;
  }
  voxels[at(0, 8, 0)] = 2; // another label is left alone
  expect(keepLargestIsland(voxels, size, 1)).toBe(3);
  expect(voxels.filter((value) => value === 1)).toHaveLength(36);
  expect(voxels[at(0, 8, 0)]).toBe(2);
});

it('takes voxels that touch by an edge or a corner for one island, also where two arms meet late', () => {
  const diagonal = new Uint8Array(12 * 9 * 7);
  for (let step = 0; step < 7; step++) diagonal[at(step, step, step)] = 3;
  for (let step = 0; step < 5; step++) diagonal[at(11 - step, step, 0)] = 3; // falls the other way, apart from it
  expect(keepLargestIsland(diagonal, size, 3)).toBe(5);
  const arms = new Uint8Array(12 * 9 * 7);
  for (let y = 0; y < 9; y++) arms[at(1, y, 2)] = arms[at(9, y, 2)] = 1;
  for (let x = 1; x < 10; x++) arms[at(x, 8, 2)] = 1; // a U, whose arms meet in the last row
  expect(keepLargestIsland(arms, size, 1)).toBe(0);
});

it('does nothing where the label is not there, or is one island over the whole volume', () => {
  const nothing = new Uint8Array(12 * 9 * 7);
  expect(keepLargestIsland(nothing, size, 1)).toBe(0);
  const all = new Uint8Array(12 * 9 * 7).fill(1);
  expect(keepLargestIsland(all, size, 1)).toBe(0);
});

it('does not take the end of a row for a neighbour of the beginning of the next', () => {
  const voxels = new Uint8Array(12 * 9 * 7);
  voxels[at(11, 3, 3)] = voxels[at(10, 3, 3)] = 1;
  voxels[at(0, 4, 3)] = 1;
  expect(keepLargestIsland(voxels, size, 1)).toBe(1);
});
