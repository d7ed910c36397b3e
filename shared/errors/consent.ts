import type { ErrorText } from '../errors.ts';

export const consentErrors = {} satisfies Record<`consent.${string}`, ErrorText>;
