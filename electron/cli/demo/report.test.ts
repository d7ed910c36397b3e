import { expect, it } from 'vitest';
import { planSchema } from '../../../shared/plan.ts';
import { reportHtml } from './report.ts';
import { type Method, methods, type Results, roundResults, scoreOf } from './results.ts';

const labelScores = (dice: number | null, distance: number | null) => ({
  label: 1,
  dice,
  hausdorff: distance,
  hausdorff95: distance,
  assd: distance,
  predictedVolume: 1,
  referenceVolume: 1,
});

it('sums up without distances and Dice that a missing label makes undefined', () => {
  const empty = { ...labelScores(null, null), predictedVolume: 0, referenceVolume: 0 };
  const score = scoreOf([[labelScores(1, 2)], [labelScores(0, null)], [empty]], {
    method: 'fcl',
    finetuning: 'local',
    labels: 1,
    site: 'a',
  });
  expect(score).toMatchObject({
    scored: 2,
    correctlyEmpty: 1,
    dice: { values: [0, 1], median: 0.5 },
    volumes: [1, 0, null],
    perLabel: [{ label: 1, correctlyEmpty: 1, hausdorff95: { values: [2] }, assd: { values: [2] } }],
  });
});

it('puts the rounds of all sites together, also where one missed a round', () => {
  const round = (number: number, loss: number) =>
    ({ round: number, rounds: 2, stage: 'pretraining', loss, seconds: loss, up: 10, upFeatures: 4, down: 20 }) as const;
  const joined = [
    { models: [], rounds: [round(1, 4), round(2, 2)] },
    { models: [], rounds: [round(2, 4)] },
  ];
  expect(roundResults(joined, ['a', 'b'], { method: 'fcl', stage: 'pretraining' })).toMatchObject([
    { round: 1, loss: 4, seconds: 4, sites: [{ site: 'a', up: 10, upFeatures: 4, down: 20 }] },
    { round: 2, loss: 3, seconds: 4, sites: [{ site: 'a' }, { site: 'b' }] },
  ]);
});

const scored = (method: Method, volumes: (number | null)[]) =>
  scoreOf(
    volumes.map((dice) => [labelScores(dice, 1)]),
    { method, finetuning: 'local', labels: 1, site: 'site-1' },
  );

it('reports without a script from elsewhere, and says honestly who is ahead', () => {
  const dice = { random: 0.2, 'federated-without-exchange': 0.5, fcl: 0.4 };
  const results: Results = {
    version: '0',
    computedOn: [{ engine: 'wasm', device: 'a processor' }],
    seed: 1,
    data: '<b>data</b>',
    plan: planSchema.parse({}),
    sites: [{ name: 'site-1', volumes: 3 }],
    heldOut: 8,
    labelCounts: [1],
    rounds: [],
    scores: methods.map((method) => scored(method, Array(8).fill(dice[method]))),
    curves: [],
    seconds: 1,
    memory: [{ site: 'site-1', process: 1e8, trainer: 2e8 }],
  };
  const html = reportHtml(results, []);
  expect(html).toContain('did not raise the mean Dice score');
  expect(html).not.toMatch(/src="http|href="http|@import/);
  expect(html).not.toContain('<b>data</b>');
  results.scores[2] = scored('fcl', Array(8).fill(0.6));
  expect(reportHtml(results, [])).toContain('ahead at every label count: by 0.100 mean Dice with 1 volume');
  results.scores[2] = scored('fcl', [0.7, 0.6, null, null]);
  const few = reportHtml(results, []);
  expect(few).toContain('Too few held-out volumes have a Dice score');
  expect(few).toContain('<td>0.600, 0.700<small>2 volumes correctly empty</small></td>');
});
