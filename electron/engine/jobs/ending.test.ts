import { describe, expect, it } from 'vitest';
import { type JobProgress, startOfJob } from './checkpoint.ts';
import { decideEnd, rateShare, stepsIn } from './ending.ts';

const plan = { finetuneUntil: 'flat' as const, finetuneFall: 0.25, finetuneSteps: 4000 };

/** After so many steps, with this loss at each and this Dice at every fiftieth. */
function after(steps: number, loss: (step: number) => number, dice?: (step: number) => number): JobProgress {
  const all = Array.from({ length: steps }, (_, step) => step + 1);
  const points = all.filter((step) => step % 50 === 0);
  return {
    ...startOfJob(0, 'hash'),
    steps,
    losses: all.map(loss),
    dice: dice ? points.map((step) => ({ step, dice: dice(step), perLabel: [], volumes: [] })) : [],
  };
}

describe('a fine-tuning that ends when it is flat', () => {
  const decided = (progress: JobProgress) => {
    decideEnd(plan, progress);
    return progress.fallsFrom;
  };

  it('goes on while the loss falls, and ends when it does no more', () => {
    expect(decided(after(1000, (step) => 100 / step))).toBeUndefined();
    expect(decided(after(1000, () => 0.2))).toBe(1000);
    expect(decided(after(250, () => 0.2))).toBeUndefined(); // too early to tell
  });

  it('heeds Dice rather than the loss where there is a curve', () => {
    const falling = (step: number) => 1 / step;
    expect(decided(after(1200, falling, (step) => 0.5 + step / 10_000))).toBeUndefined();
    expect(decided(after(1200, falling, (step) => Math.min(0.7, step / 1000)))).toBe(1200);
  });

  it('is decided once, and lets the rate fall over the last quarter', () => {
    const progress = after(900, () => 0.2);
    decideEnd(plan, progress);
    expect(stepsIn(plan, progress)).toBe(1200);
    expect(rateShare(plan, 900, 1200, 900)).toBe(1);
    expect(rateShare(plan, 1050, 1200, 900)).toBe(0.5);
    expect(rateShare(plan, 1199, 1200, 900)).toBeCloseTo(1 / 300, 6);
    progress.steps = 1000;
    decideEnd(plan, progress);
    expect(progress.fallsFrom).toBe(900);
  });

  it('never takes more steps than the plan allows', () => {
    const progress = { ...after(3900, () => 0.2), fallsFrom: 3900 };
    expect(stepsIn(plan, progress)).toBe(4000);
    expect(rateShare(plan, 3950, 4000, 3900)).toBe(0.5);
  });
});

it('a fine-tuning of so many steps falls over the last of them, or not at all', () => {
  const steps = { ...plan, finetuneUntil: 'steps' as const, finetuneSteps: 400 };
  expect(
    stepsIn(
      steps,
      after(390, () => 0.2),
    ),
  ).toBe(400);
  expect([0, 300, 350, 399].map((done) => rateShare(steps, done, 400))).toEqual([1, 1, 0.5, 0.01]);
  expect(rateShare({ ...steps, finetuneFall: 0 }, 399, 400)).toBe(1);
});
