import type { ErrorText } from '../errors.ts';

export const engineErrors = {
  'engine.cancelled': {
    message: 'The {verb} job was cancelled.',
    next: 'Start it again: it continues after its last finished step.',
  },
  'engine.job-failed': {
    message: 'The {verb} job failed: {reason}.',
    next: 'Run `isocenter doctor`; start the job again, which continues after its last finished step.',
  },
  'engine.trainer-died': {
    message: 'The trainer process ended unexpectedly ({how}). Its last words: {output}',
    next: 'Start the job again: it continues after its last finished step. If it dies again, lower the batch or the input size.',
  },
} satisfies Record<`engine.${string}`, ErrorText>;
