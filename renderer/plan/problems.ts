/** What is wrong with a plan, by setting, in words that stand at its field. */
import type { z } from 'zod';
import { planSchema } from '../../shared/plan.ts';
import { texts } from '../texts/index.ts';
import type { SettingPath } from './settings.ts';

/** Empty where it is a plan. One problem a setting: the first. */
export function problemsOf(plan: unknown): Map<SettingPath, string> {
  const found = new Map<SettingPath, string>();
  const parsed = planSchema.safeParse(plan);
  for (const issue of parsed.error?.issues ?? []) {
    const path = issue.path.filter((step) => typeof step === 'string').join('.') as SettingPath;
    if (!found.has(path)) found.set(path, wordsOf(issue));
  }
  return found;
}

function wordsOf(issue: z.core.$ZodIssue): string {
  const words = texts.plan.problems;
  switch (issue.code) {
    case 'too_small':
      if (issue.origin === 'array') return words.noLabel;
      return issue.inclusive ? words.least(Number(issue.minimum)) : words.above(Number(issue.minimum));
    case 'too_big':
      return issue.origin === 'array' ? words.tooManyLabels(Number(issue.maximum)) : words.most(Number(issue.maximum));
    case 'not_multiple_of':
      return words.multiple(issue.divisor);
    case 'invalid_type':
      if (issue.path[0] === 'labels') return words.labelNumbers;
      return issue.expected === 'int' ? words.whole : words.number;
    default:
      return issue.path[0] === 'labels' ? words.labelTwice : issue.message;
  }
}
