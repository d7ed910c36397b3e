/**
 * How errors cross between processes and threads: as data, because structured cloning strips them of class and code.
 * What is thrown on one side of a birpc channel with these options is thrown on the other as it was.
 */
import { type ErrorCode, type ErrorDetails, type ErrorReport, fault, isFault } from './errors.ts';

/** A fault with all that makes it again; an error without a code keeps its message. */
type CrossingError = (ErrorReport & { code: ErrorCode; details: ErrorDetails }) | { code: null; message: string };

/** A message of birpc: `e` is what the call threw. */
type Message = { e?: unknown };

export const crossing = {
  serialize: (message: Message): Message =>
    message.e === undefined ? message : { ...message, e: toCrossing(message.e) },
  deserialize: (message: Message): Message =>
    message.e === undefined ? message : { ...message, e: fromCrossing(message.e as CrossingError) },
};

function toCrossing(error: unknown): CrossingError {
  if (!isFault(error)) return { code: null, message: error instanceof Error ? error.message : String(error) };
  const { code, message, next, details } = error;
  return { code, message, next, details };
}

function fromCrossing(error: CrossingError): Error {
  return error.code === null ? new Error(error.message) : fault(error.code, error.details);
}
