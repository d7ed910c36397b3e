import type { ErrorText } from '../errors.ts';

export const siteErrors = {} satisfies Record<`site.${string}`, ErrorText>;
