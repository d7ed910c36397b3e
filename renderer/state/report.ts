/** Errors as pages show them. Apart from the state of the site, so that what needs no site can use it. */
import { ApiError } from '../../shared/api.ts';
import type { ErrorReport } from '../../shared/errors.ts';

/** An error of a verb as pages show it. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof ApiError) return { code: error.code, message: error.message, next: error.next };
  // An error that crossed Electron's context bridge keeps its properties but not its class.
  const { code, message, next } = error as Partial<ErrorReport>;
  return {
    code: code ?? 'window',
    message: message ?? String(error),
    next: next ?? 'Reload the window and try again.',
  };
}
