import { expect, it } from 'vitest';
import { planSchema } from '../../../shared/plan.ts';
import { reportHtml } from './report.ts';
import { methods, type Results, roundResults, scoreOf } from './results.ts';

const labelScores = (dice: number, distance: number | null) => ({
  label: 1,
  dice,
  hausdorff: distance,
  hausdorff95: distance,
  assd: distance,
  predictedVolume: 1,
  referenceVolume: 1,
});

it('means leave out distances that a missing label makes undefined', () => {
  const score = scoreOf([[labelScores(1, 2)], [labelScores(0, null)]], {
    method: 'fcl',
    finetuning: 'local',
    labels: 1,
    site: 'a',
  });
  expect(score).toMatchObject({
    dice: 0.5,
    volumes: [1, 0],
    perLabel: [{ label: 1, dice: 0.5, hausdorff95: 2, assd: 2 }],
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
    scores: methods.map((method) => ({
      method,
      finetuning: 'local',
      labels: 1,
      site: 'site-1',
      dice: dice[method],
      perLabel: [],
      volumes: [],
    })),
    curves: [],
    seconds: 1,
    memory: [{ site: 'site-1', process: 1e8, trainer: 2e8 }],
  };
  const html = reportHtml(results, []);
  expect(html).toContain('did not raise the Dice score');
  expect(html).not.toMatch(/src="http|href="http|@import/);
  expect(html).not.toContain('<b>data</b>');
  results.scores[2].dice = 0.6;
  expect(reportHtml(results, [])).toContain('ahead at every label count: by 0.100 Dice with 1 volume');
});
