/**
 * Every error that a person may see is made here: a stable code, what happened and to what, and the next step.
 * The texts stand in errors/*.ts, one catalogue a field, so that a second language is one more set of files.
 * ERRORS.md lists them all.
 */
import { consentErrors } from './errors/consent.ts';
import { engineErrors } from './errors/engine.ts';
import { federationErrors } from './errors/federation.ts';
import { imagingErrors } from './errors/imaging.ts';
import { siteErrors } from './errors/site.ts';
import { storageErrors } from './errors/storage.ts';
import type { ErrorText } from './errors/text.ts';

export const errorTexts = {
  ...consentErrors,
  ...engineErrors,
  ...federationErrors,
  ...imagingErrors,
  ...siteErrors,
  ...storageErrors,
} satisfies Record<string, ErrorText>;

export type ErrorCode = keyof typeof errorTexts;
export type ErrorDetails = Record<string, string | number>;

export class IsocenterError extends Error {
  override readonly name = 'IsocenterError';
  readonly code: ErrorCode;
  /** What the person can do about it. */
  readonly next: string;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails, cause?: unknown) {
    super(fill(errorTexts[code].message, details), cause === undefined ? undefined : { cause });
    this.code = code;
    this.next = fill(errorTexts[code].next, details);
    this.details = details;
  }
}

/** Makes (does not throw) the error with this code. Usage: `throw fault('imaging.empty', { file })`. */
export function fault(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown): IsocenterError {
  return new IsocenterError(code, details, cause);
}

export function isFault(error: unknown, code?: ErrorCode): error is IsocenterError {
  return error instanceof IsocenterError && (code === undefined || error.code === code);
}

/** The error itself where it has a code; what has none is a fault of the program, and its message says so. */
export function asFault(error: unknown): IsocenterError {
  if (isFault(error)) return error;
  return fault('site.unexpected', { reason: error instanceof Error ? error.message : String(error) }, error);
}

/** An error as data: code, what happened and to what, what to do next. */
export interface ErrorReport {
  code: string;
  message: string;
  next: string;
}

/** What pages show of an error. */
export function reportOf(error: unknown): ErrorReport {
  const { code, message, next } = asFault(error);
  return { code, message, next };
}

function fill(text: string, details: ErrorDetails): string {
  const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in details ? String(details[name]) : whole));
  return filled.trim(); // a detail may be empty
}
