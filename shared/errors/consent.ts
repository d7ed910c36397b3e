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
  'consent.too-quick': {
    message: 'Nothing is allowed within the first second of a question: it could be a slip. Nothing left.',
    next: 'Read what wants to leave and to whom, then answer again.',
  },
  'consent.question-gone': {
    message:
      'This question is no longer open: it was answered, its time was over, or the round went on. No answer is a no.',
    next: 'Nothing: the ledger says what became of it.',
  },
  'consent.bounds-unsound': {
    message: 'The permission was not granted: {problem}.',
    next: 'State up to which round, how many bytes and to which of the named recipients it reaches, or allow this payload alone.',
  },
  'consent.unknown-party': {
    message: 'Nobody with the fingerprint {fingerprint} is known here.',
    next: 'Nothing: whoever is not known is asked about as new.',
  },
} satisfies Record<`consent.${string}`, ErrorText>;
