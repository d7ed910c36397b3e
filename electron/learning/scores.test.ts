import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { LabelScores } from '../../shared/scores.ts';
import type { Vector3 } from '../../shared/volume.ts';
import { scoreLabel } from './scores.ts';

/** fixtures/metrics/expected.json: label maps and scores of an independent implementation. */
interface Expected {
  dice: number;
  hausdorff: number;
  hausdorff95: number;
  assd: number;
  volumeA: number;
  volumeB: number;
}
interface Case {
  prediction: string;
  reference: string;
  spacing: Vector3;
  labels: Record<string, Expected>;
}
const folder = new URL('fixtures/metrics/', import.meta.url);
const { cases } = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as { cases: Case[] };
const TOLERANCE = 1e-6;

/** Just enough of NIfTI-1 for the fixtures: little endian, 8-bit voxels. */
function readNifti(name: string): { size: Vector3; voxels: Uint8Array } {
  const bytes = gunzipSync(readFileSync(new URL(name, folder)));
  expect(bytes.readInt16LE(70)).toBe(2); // uint8
  const size: Vector3 = [bytes.readInt16LE(42), bytes.readInt16LE(44), bytes.readInt16LE(46)];
  const start = bytes.readFloatLE(108);
  return { size, voxels: new Uint8Array(bytes.subarray(start, start + size[0] * size[1] * size[2])) };
}

/** A map of 6 x 5 x 4 voxels of 1 x 2 x 3 mm with the given voxels labelled 1. */
const size: Vector3 = [6, 5, 4];
const spacing: Vector3 = [1, 2, 3];
function mapWith(...places: Vector3[]): Uint8Array {
  const map = new Uint8Array(6 * 5 * 4);
  for (const [x, y, z] of places) map[x + 6 * (y + 5 * z)] = 1;
  return map;
}

describe.each(cases)('scores of $prediction', ({ prediction, reference, spacing, labels }) => {
  it.each(Object.entries(labels))('match the reference for label %s', (label, expected) => {
    const predicted = readNifti(prediction);
    const actual = readNifti(reference);
    const scores = scoreLabel(predicted.voxels, actual.voxels, Number(label), predicted.size, spacing);
    const { volumeA: predictedVolume, volumeB: referenceVolume, ...rest } = expected;
    const wanted = { ...rest, predictedVolume, referenceVolume };
    for (const [name, value] of Object.entries(wanted)) {
      expect(Math.abs((scores[name as keyof LabelScores] as number) - value), name).toBeLessThan(TOLERANCE);
    }
  });
});

describe('scores', () => {
  it('use the spacing of each axis', () => {
    const scores = scoreLabel(mapWith([1, 1, 1]), mapWith([2, 3, 2]), 1, size, spacing);
    expect(scores.hausdorff).toBeCloseTo(Math.hypot(1, 4, 3), 12);
    expect(scores).toMatchObject({ dice: 0, predictedVolume: 6, referenceVolume: 6 });
  });

  it('count voxels at the edge of the grid as surface', () => {
    const all = new Uint8Array(6 * 5 * 4).fill(1);
    const corner = mapWith([0, 0, 0]);
    expect(scoreLabel(all, corner, 1, size, spacing).hausdorff).toBeCloseTo(Math.hypot(5, 8, 9), 12);
    expect(scoreLabel(all, all, 1, size, spacing)).toMatchObject({ dice: 1, hausdorff: 0, hausdorff95: 0, assd: 0 });
  });

  it('say what a missing label means', () => {
    const some = mapWith([1, 1, 1], [2, 1, 1]);
    expect(scoreLabel(some, some, 7, size, spacing)).toEqual({
      label: 7,
      dice: null,
      hausdorff: null,
      hausdorff95: null,
      assd: null,
      predictedVolume: 0,
      referenceVolume: 0,
    });
    for (const [prediction, reference] of [
      [some, mapWith()],
      [mapWith(), some],
    ]) {
      const { dice, hausdorff, hausdorff95, assd } = scoreLabel(prediction, reference, 1, size, spacing);
      expect({ dice, hausdorff, hausdorff95, assd }).toEqual({
        dice: 0,
        hausdorff: null,
        hausdorff95: null,
        assd: null,
      });
    }
  });
});
