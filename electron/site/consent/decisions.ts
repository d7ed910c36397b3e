/** Decisions in the words that the ledger keeps. */
import { type Answer, type Decision, NOBODY } from '../../../shared/consent.ts';

/** Nobody answered, for this reason: a no. */
export function nobodyDecided(reason: string): Decision {
  return { answer: 'refuse', by: NOBODY, reason };
}

/** The reason of a person who gave none: what was answered, and where. */
export function answerInWords(answer: Answer, where: 'terminal' | 'window'): string {
  const words: Record<Answer, string> = {
    'allow-once': `allowed at the ${where}, this once`,
    'allow-run': `allowed at the ${where}, for the rest of the run within bounds`,
    refuse: `refused at the ${where}`,
    'refuse-and-leave': `refused at the ${where}, and the site leaves`,
  };
  return words[answer];
}
