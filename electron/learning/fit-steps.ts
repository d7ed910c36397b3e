/** Rules that fit how much a step computes, and how many steps there are. */
import type { DeviceKind } from '../../shared/engine.ts';
import type { Plan } from '../../shared/plan.ts';
import { type Choice, type Resources, rounded } from './fit-rule.ts';

/** Pixels of all windows of a step of fine-tuning: half a second of a processor of two cores. */
const PIXELS: Record<DeviceKind, number> = {
  cuda: 1_600_000,
  graphics: 1_600_000,
  processor: 400_000,
  software: 200_000,
};
const MOST_WINDOWS = 32; // more of small windows say little new in one step
const LEAST_WINDOWS = 4; // fewer make steps that contradict each other; they may be computed one after the other
const MOST_VOLUMES = 4; // V of a step of pre-training, as in the usual plan
const PRETRAINING = 2.5; // times the pixels of a step of fine-tuning: its steps are fewer
const STEPS = { least: 50, most: 100_000 };
const USUAL_SPEED = 400; // slices a second of two cores (BENCHMARKS.md), where nothing was measured
const MEASURED = { side: 48, width: 16 }; // of the slices that are counted in a second

export function fitBatch({ inputSize, ...plan }: Plan, { kind, memory, needOf }: Resources): Choice {
  const pixels = inputSize ** 2;
  const inTime = Math.floor(PIXELS[kind] / pixels);
  const wanted = Math.min(MOST_WINDOWS, Math.max(LEAST_WINDOWS, inTime));
  let windows = wanted;
  while (windows > LEAST_WINDOWS && needOf({ ...plan, inputSize }, windows) > memory) windows--;
  const perVolume = 2 * plan.partitions * pixels;
  const volumes = Math.min(MOST_VOLUMES, Math.max(2, Math.floor((PRETRAINING * PIXELS[kind]) / perVolume)));
  const reason =
    windows < wanted
      ? 'memory holds no more at once'
      : inTime >= MOST_WINDOWS
        ? 'more windows of this size say little new in one step'
        : inTime < LEAST_WINDOWS
          ? 'with fewer, steps contradict each other'
          : `more would take a step of over ${PIXELS[kind] / 1000} thousand pixels`;
  return {
    settings: { finetuneBatch: windows, volumesPerStep: volumes },
    reasons: {
      finetuneBatch: reason,
      volumesPerStep:
        volumes === MOST_VOLUMES
          ? 'windows are small enough for as many as usual'
          : 'each gives a window of every partition twice, and more would take too long',
    },
  };
}

/** As many as the time that is wanted allows. A step takes as long as its pixels and the square of the width say. */
export function fitSteps(plan: Plan, { seconds, slicesPerSecond }: Resources): Choice {
  if (seconds === null) return { settings: {}, reasons: {} };
  const speed = slicesPerSecond ?? USUAL_SPEED;
  const size = (plan.inputSize / MEASURED.side) ** 2 * (plan.baseWidth / MEASURED.width) ** 2;
  const each = (plan.finetuneBatch * size) / speed; // seconds
  const steps = Math.min(STEPS.most, Math.max(STEPS.least, Math.round(seconds / each)));
  const known = slicesPerSecond === null ? 'if this machine is as fast as most' : 'at the speed that was measured';
  return {
    settings: { finetuneSteps: steps },
    reasons: { finetuneSteps: `they take about ${rounded((steps * each) / 60)} minutes ${known}` },
  };
}
