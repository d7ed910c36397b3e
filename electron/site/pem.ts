import { readFileSync } from 'node:fs';
import { fault } from '../../shared/errors.ts';

/** The text of a certificate or key file. Throws `site.file-unreadable`. */
export function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw fault('site.file-unreadable', { file, reason: (error as Error).message });
  }
}
