import { describe, expect, it } from 'vitest';
import { planSchema } from '../../../shared/plan.ts';
import { Pace } from '../../workstation/desks/pace.ts';
import { placeOf, roundsOf, stepsBefore, stepsOf } from './run-steps.ts';

const plan = planSchema.parse({ rounds: 3, stepsPerRound: 4, finetuneRounds: 4, finetuneSteps: 10 });

describe('steps of a run', () => {
  it.each([
    ['pretrain', 3, 12],
    ['finetune', 1, 10],
    ['federated', 7, 22],
    ['segment', 1, 0],
  ] as const)('%s has %i rounds and %i steps', (kind, rounds, steps) => {
    expect([roundsOf(kind, plan), stepsOf(kind, plan)]).toEqual([rounds, steps]);
  });

  it('of federated fine-tuning are dealt to its rounds as they are trained', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((round) => stepsBefore('federated', plan, round))).toEqual([
      0, 4, 8, 12, 14, 17, 19, 22,
    ]);
  });

  it.each(['pretrain', 'finetune', 'federated'] as const)('have each a place of their own: %s', (kind) => {
    for (let step = 1; step <= stepsOf(kind, plan); step++) {
      const place = placeOf(kind, plan, step);
      expect(place.step).toBeGreaterThan(0);
      expect(stepsBefore(kind, plan, place.round) + place.step).toBe(step);
      expect(step).toBeLessThanOrEqual(stepsBefore(kind, plan, place.round + 1));
    }
    expect(placeOf(kind, plan, 0)).toEqual({ round: 1, step: 0 });
  });

  it('of a federation without pre-training begin with its fine-tuning', () => {
    const alone = planSchema.parse({ rounds: 0, finetuneRounds: 2, finetuneSteps: 5 });
    expect([1, 2, 3].map((round) => stepsBefore('federated', alone, round))).toEqual([0, 2, 5]);
  });
});

describe('Pace', () => {
  it('is unknown before two steps, then that of the last ones', () => {
    const pace = new Pace();
    expect(pace.perSecond).toBeNull();
    pace.note(5, 0);
    pace.note(5, 400); // a validation
    expect(pace.perSecond).toBeNull();
    pace.note(6, 500);
    expect(pace.perSecond).toBe(2);
    for (let step = 7; step < 100; step++) pace.note(step, 500 + (step - 6) * 100);
    expect(pace.perSecond).toBeCloseTo(10);
  });
});
