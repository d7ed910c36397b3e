/**
 * When a fine-tuning ends, and how its learning rate falls before that: a constant rate for as long as it pays, then a fall to
 * nothing over the last share of the steps, which settles what was learnt ("warm-up, stable, decay"; Hu et al., MiniCPM, 2024).
 * So the end need not be known from the beginning.
 */
import { mean } from '../../../shared/mean.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { JobProgress } from './checkpoint.ts';

type Ending = Pick<Plan, 'finetuneUntil' | 'finetuneFall' | 'finetuneSteps'>;

const LEAST_STEPS = 750; // before anything is called flat: hippocampi went on improving for long after 300
const LOSS_GAIN = 0.03; // of the loss, that the later half of the last steps must be better by
const DICE_GAIN = 0.004; // that the best Dice must have risen by
const WINDOW = 1 / 3; // of the steps so far, in which there must have been a gain

/** Steps of a fine-tuning of the whole plan, as far as is known after this progress. */
export function stepsIn({ finetuneUntil, finetuneFall, finetuneSteps }: Ending, { fallsFrom }: JobProgress): number {
  if (finetuneUntil === 'steps' || fallsFrom === undefined) return finetuneSteps;
  return Math.min(finetuneSteps, Math.ceil(fallsFrom / (1 - finetuneFall)));
}

/** Share of the learning rate at the step after these of all `steps`, falling from `fallsFrom` on. */
export function rateShare({ finetuneFall }: Ending, done: number, steps: number, fallsFrom?: number): number {
  if (finetuneFall === 0) return 1;
  const from = fallsFrom ?? Math.floor(steps * (1 - finetuneFall));
  return done <= from ? 1 : Math.max(0, (steps - done) / (steps - from));
}

/** Notes that training has become flat, once: by Dice where there is a curve, else by the loss. */
export function decideEnd({ finetuneUntil }: Pick<Ending, 'finetuneUntil'>, progress: JobProgress): void {
  if (finetuneUntil !== 'flat' || progress.fallsFrom !== undefined || progress.steps < LEAST_STEPS) return;
  const flat = progress.dice.some(({ dice }) => dice !== null) ? isDiceFlat(progress) : isLossFlat(progress);
  if (flat) progress.fallsFrom = progress.steps;
}

function isDiceFlat({ dice, steps, position }: JobProgress): boolean {
  const since = position + steps * (1 - WINDOW);
  const known = dice.flatMap((point) => (point.dice === null ? [] : [{ step: point.step, dice: point.dice }]));
  const best = (points: { dice: number }[]) => Math.max(...points.map((point) => point.dice));
  const late = known.filter(({ step }) => step > since);
  const early = known.filter(({ step }) => step <= since);
  return late.length >= 3 && early.length >= 3 && best(late) < best(early) + DICE_GAIN;
}

function isLossFlat({ losses, steps }: JobProgress): boolean {
  if (steps % 50 !== 0) return false;
  const last = losses.slice(Math.floor(steps * (1 - WINDOW)));
  const middle = Math.floor(last.length / 2);
  const [earlier, later] = [mean(last.slice(0, middle)), mean(last.slice(middle))];
  return later > earlier * (1 - LOSS_GAIN);
}
