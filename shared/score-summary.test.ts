import { expect, it } from 'vitest';
import { distributionOf, isFew } from './distribution.ts';
import { summariseScores, volumeDice } from './score-summary.ts';
import type { LabelScores } from './scores.ts';

const score = (label: number, dice: number | null, distance: number | null = 1, reference = 100): LabelScores => ({
  label,
  dice,
  hausdorff: distance,
  hausdorff95: distance,
  assd: distance,
  predictedVolume: 90,
  referenceVolume: reference,
});

it('has quartiles as R and NumPy have them', () => {
  const four = distributionOf([4, 1, null, 3, 2]);
  const places = { mean: 2.5, median: 2.5, lower: 1.75, upper: 3.25, least: 1, most: 4 };
  expect(four).toMatchObject({ values: [1, 2, 3, 4], ...places });
  expect(four?.deviation).toBeCloseTo(1.2909944, 6);
  expect(distributionOf([7])).toMatchObject({ lower: 7, upper: 7, deviation: null });
  expect(distributionOf([null])).toBeNull();
  expect([4, 5].map((count) => isFew(distributionOf(Array(count).fill(1)) as never))).toEqual([true, false]);
});

it('counts what is correctly empty instead of scoring it', () => {
  const summary = summariseScores([
    [score(1, 0.5, null), score(3, null, null, 0)],
    [score(3, 0, null, 0), score(1, 0.7)],
    [score(1, null, null, 0), score(3, null, null, 0)],
  ]);
  expect(summary.labels.map(({ label, scored, correctlyEmpty }) => [label, scored, correctlyEmpty])).toEqual([
    [1, 2, 1],
    [3, 1, 2],
  ]);
  const [first, third] = summary.labels;
  expect(first.dice?.values).toEqual([0.5, 0.7]);
  expect(first.hausdorff95?.values).toEqual([1]);
  expect(first.volumeDifference?.values).toEqual([-0.1, -0.1]);
  expect(third).toMatchObject({ dice: { values: [0] }, assd: null, volumeDifference: null });
  expect(summary.volumes).toMatchObject({ scored: 2, correctlyEmpty: 1, dice: { values: [0.35, 0.5] } });
});

it('has no number of nothing', () => {
  const none = { scored: 0, correctlyEmpty: 0, dice: null, hausdorff95: null, assd: null };
  expect(summariseScores([])).toEqual({ volumes: none, labels: [] });
  expect(volumeDice([])).toBeNull();
});
