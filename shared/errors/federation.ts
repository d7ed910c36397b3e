import type { ErrorText } from '../errors.ts';

export const federationErrors = {} satisfies Record<`federation.${string}`, ErrorText>;
