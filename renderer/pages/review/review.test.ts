import { expect, it } from 'vitest';
import type { LabelScores } from '../../../shared/scores.ts';
import { fitting, inOrder, labelsOf, meanDistance, nextAfter, type Row, withVerdicts } from './rows.ts';
import { quantile, spreadOf, statisticsOf } from './statistics.ts';

const score = (label: number, dice: number, distance: number | null = 1): LabelScores => ({
  label,
  dice,
  hausdorff: distance,
  hausdorff95: distance,
  assd: distance,
  predictedVolume: 90,
  referenceVolume: label === 3 ? 0 : 100,
});
const row = (id: string, changes: Partial<Row> = {}): Row => ({
  id,
  map: id,
  volume: `volume-${id}`,
  volumeName: id,
  isDicom: false,
  verdict: 'open',
  judged: null,
  correction: null,
  confidence: 0.9,
  dice: null,
  leftOut: null,
  scores: [],
  volumes: [],
  thumbnail: '',
  ...changes,
});

it('has quartiles as R and NumPy have them', () => {
  expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
  expect(quantile([7], 0.75)).toBe(7);
  expect(quantile([], 0.5)).toBeNull();
  const spread = spreadOf([4, 1, 3, 2]);
  expect(spread).toMatchObject({ count: 4, mean: 2.5, median: 2.5, lower: 1.75, upper: 3.25, least: 1, most: 4 });
  expect(spread?.deviation).toBeCloseTo(1.2909944, 6);
  expect(spreadOf([1])?.deviation).toBeNull();
  expect(spreadOf([])).toBeNull();
});

it('leaves out distances and volumes that a missing label makes undefined', () => {
  const rows = [
    row('a', { scores: [score(1, 0.5, null), score(3, 1)] }),
    row('b', { scores: [score(1, 0.7)] }),
    row('c'),
  ];
  const [first, third] = statisticsOf(rows);
  expect(first.dice.map(({ value }) => value)).toEqual([0.5, 0.7]);
  expect(first.assd).toEqual([{ row: 'b', name: 'b', value: 1 }]);
  expect(first.volumeDifference.map(({ value }) => value)).toEqual([-0.1, -0.1]);
  expect(third).toMatchObject({ label: 3, volumeDifference: [] });
  expect(meanDistance(rows[0], 'assd')).toBe(1);
  expect(meanDistance(rows[2], 'assd')).toBeNull();
});

it('puts the worst first: by Dice, and without a reference by how sure the model is', () => {
  const rows = [
    row('good', { dice: 0.9 }),
    row('unsure', { confidence: 0.3 }),
    row('bad', { dice: 0.1, confidence: 1 }),
  ];
  expect(inOrder(rows, { key: 'dice', down: false }).map(({ id }) => id)).toEqual(['bad', 'unsure', 'good']);
  expect(inOrder(rows, { key: 'dice', down: true }).map(({ id }) => id)).toEqual(['good', 'unsure', 'bad']);
});

it('filters by verdict, reference and name', () => {
  const rows = [row('a1'), row('a2', { verdict: 'accepted', dice: 0.5 }), row('b1', { dice: 0.4 })];
  const ids = (filter: Parameters<typeof fitting>[1]) => fitting(rows, filter).map(({ id }) => id);
  expect(ids({ verdict: 'open', withoutReference: false, words: '' })).toEqual(['a1', 'b1']);
  expect(ids({ verdict: 'all', withoutReference: true, words: '' })).toEqual(['a1']);
  expect(ids({ verdict: 'all', withoutReference: false, words: ' A' })).toEqual(['a1', 'a2']);
});

it('shows a verdict that was just given, and each label once', () => {
  const rows = [row('a'), row('b', { verdict: 'accepted' })];
  expect(withVerdicts(rows, new Map([['a', 'rejected']])).map(({ verdict }) => verdict)).toEqual([
    'rejected',
    'accepted',
  ]);
  const both = row('c', { volumes: [{ label: 2, mm3: 5 }], scores: [score(1, 0.5), score(2, 0.5)] });
  expect(labelsOf(both)).toEqual([1, 2]);
});

it('goes on to the next open volume after a verdict', () => {
  const rows = [row('a'), row('b'), row('c', { verdict: 'accepted' }), row('d')];
  expect(nextAfter(rows, 'b')).toBe('d');
  expect(nextAfter(rows, 'd')).toBe('a');
  const done = rows.map((one) => ({ ...one, verdict: 'accepted' as const }));
  expect(nextAfter(done, 'a')).toBe('b');
  expect(nextAfter(done, 'd')).toBeNull();
  expect(nextAfter([row('a')], 'a')).toBeNull();
});
