import type { ErrorText } from './text.ts';

export const consentErrors = {
  'consent.not-as-described': {
    message: 'What should leave is not what its description says: {reason}. Nothing left.',
    next: 'This is a fault of the program: report it with the steps that led here.',
  },
  'consent.policy-unreadable': {
    message: 'The policy file {file} cannot be read: {reason}.',
    next: 'Check its path and permissions; {"allow": ["features", "weights"]} is a whole policy.',
  },
  'consent.policy-invalid': {
    message: 'The policy file {file} is not a policy: {problems}.',
    next: 'Correct it. Settings are allow, vectors, bytes, rounds, recipients and until; {"allow": []} refuses everything.',
  },
} satisfies Record<`consent.${string}`, ErrorText>;
