import type { ErrorText } from '../errors.ts';

export const storageErrors = {
  'storage.safetensors-broken': {
    message: '{source} is not a sound safetensors file: {reason}.',
    next: 'Restore it from a backup, or make it again with the command that wrote it.',
  },
} satisfies Record<`storage.${string}`, ErrorText>;
