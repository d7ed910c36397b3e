import { expect, it } from 'vitest';
import { axisTexts, columns, joined, logarithmicEnds, smoothed, summaryOf, thinned } from './curve.ts';

const curve = (...values: number[]) => values.map((value, index) => ({ step: index + 1, value }));

it('joins what was kept with what came since, without counting a step twice', () => {
  expect(joined(curve(5, 4), [...curve(9, 9), { step: 3, value: 2 }])).toEqual(curve(5, 4, 2));
  expect(joined([], curve(1))).toEqual(curve(1));
});

it('smooths without a pull towards 0, and follows a level exactly', () => {
  expect(smoothed(curve(3, 3, 3), 0.9).every(({ value }) => Math.abs(value - 3) < 1e-12)).toBe(true);
  const [first, second] = smoothed(curve(4, 0), 0.5);
  expect(first.value).toBe(4);
  expect(second.value).toBeCloseTo((0.5 * 4 + 0) / 1.5, 12); // weights 1/2 and 1, over their sum
  expect(smoothed(curve(1, 2), 0)).toEqual(curve(1, 2));
});

it('thins to a few points and keeps both ends', () => {
  const thin = thinned(curve(...Array.from({ length: 1000 }, (_, index) => index)), 20);
  expect(thin).toHaveLength(20);
  expect([thin[0].value, thin.at(-1)?.value]).toEqual([0, 999]);
  expect(thinned(curve(1, 2), 20)).toHaveLength(2);
});

it('sums up a curve', () => {
  expect(summaryOf(curve(3, 1, 2))).toMatchObject({ last: { value: 2 }, lowest: { step: 2 }, highest: { step: 1 } });
  expect(summaryOf([])).toBeNull();
});

it('sets curves of different steps side by side, and leaves out what has no logarithm', () => {
  const other = [
    { step: 2, value: 7 },
    { step: 10, value: 0 },
  ];
  expect(columns([curve(1, 2), other])).toEqual([
    [1, 2, 10],
    [1, 2, undefined],
    [undefined, 7, 0],
  ]);
  expect(columns([other], true)).toEqual([
    [2, 10],
    [7, null],
  ]);
});

it('ends a logarithmic axis at numbers of one digit, also around a single value', () => {
  const [low, high] = logarithmicEnds(0.348, 1.71);
  expect(low).toBeCloseTo(0.3, 12);
  expect(high).toBe(2);
  expect(logarithmicEnds(2, 2)).toEqual([2, 4]);
});

// Guards against an axis that reads 11.9, 11.9, 11.9.
it('gives every line of an axis a text of its own, and no digit more', () => {
  expect(axisTexts([11.82, 11.84, 11.86])).toEqual(['11.82', '11.84', '11.86']);
  expect(axisTexts([0, 0.2, 0.4])).toEqual(['0', '0.2', '0.4']);
  expect(axisTexts([0.1, null, 1])).toEqual(['0.1', '', '1']);
});
