import type { ErrorText } from '../errors.ts';

export const imagingErrors = {} satisfies Record<`imaging.${string}`, ErrorText>;
