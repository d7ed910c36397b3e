import { expect, it } from 'vitest';
import { headlineOf } from '../../../shared/headline.ts';
import type { LabelScores } from '../../../shared/scores.ts';
import { texts } from '../../texts/index.ts';
import { fitting, inOrder, labelsOf, meanDistance, nextAfter, type Row, shownInViewer, withVerdicts } from './rows.ts';
import { valuesOf } from './scored-values.ts';

const score = (label: number, dice: number | null, distance: number | null = 1): LabelScores => ({
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

it('leaves out distances and Dice that a missing label makes undefined', () => {
  const rows = [
    row('a', { scores: [score(1, 0.5, null), score(3, null, null)] }),
    row('b', { scores: [score(1, 0.7)] }),
    row('c'),
  ];
  expect(valuesOf(rows, 1, 'dice').map(({ value }) => value)).toEqual([0.5, 0.7]);
  expect(valuesOf(rows, 1, 'hausdorff95')).toEqual([{ row: 'b', name: 'b', value: 1 }]);
  expect(valuesOf(rows, 3, 'dice')).toEqual([]);
  expect(meanDistance(rows[1], 'assd')).toBe(1);
  expect(meanDistance(rows[0], 'assd')).toBeNull();
  expect(meanDistance(rows[2], 'assd')).toBeNull();
});

it('takes a correctly empty row for one with a reference, and for a good one', () => {
  const empty = row('empty', { confidence: 0, scores: [score(3, null, null)] });
  const rows = [empty, row('bad', { dice: 0.1, scores: [score(1, 0.1)] }), row('unsure', { confidence: 0.3 })];
  expect(inOrder(rows, { key: 'dice', down: false }).map(({ id }) => id)).toEqual(['bad', 'unsure', 'empty']);
  expect(fitting(rows, { verdict: 'all', withoutReference: true, words: '' }).map(({ id }) => id)).toEqual(['unsure']);
  expect(shownInViewer(empty, 'map')).toEqual({ map: 'map', compare: 'training-volume-empty' });
  expect(headlineOf(rows).volumes).toMatchObject({ scored: 1, correctlyEmpty: 1, dice: { values: [0.1] } });
});

it('says of few volumes each Dice, of many mean, median and spread, and who is left out', () => {
  const rows = [0.5, 0.7, 0.6].map((dice, index) => row(String(index), { dice, scores: [score(1, dice)] }));
  const learnt = row('learnt', { dice: 1, leftOut: 'learnt', scores: [score(1, 1)] });
  const told = (of: Row[], leftOut = 0) => texts.review.headline(headlineOf(of).volumes, leftOut);
  expect(told([...rows, learnt], 1)).toBe(
    'Dice of 3 volumes, 0.500, 0.600, 0.700: too few for a mean to say much. ' +
      '1 volume is left out: learnt from, or compared with the model’s own output, or this is not known. ' +
      'The list of volumes says which.',
  );
  expect(told([...rows, ...rows])).toBe(
    'Dice of 6 volumes: median 0.600, the middle half from 0.525 to 0.675, all from 0.500 to 0.700; ' +
      'mean 0.600\u00a0±\u00a00.089 (SD).',
  );
  expect(told([learnt])).toBe('No volume that counts has a Dice.');
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
  const scored = (dice: number) => ({ dice, scores: [score(1, dice)] });
  const rows = [row('a1'), row('a2', { verdict: 'accepted', ...scored(0.5) }), row('b1', scored(0.4))];
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
