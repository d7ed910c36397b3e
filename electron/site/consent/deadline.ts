/** The time that a decider has. */

export interface Deadline {
  /** Aborts when the time is over, or when nobody needs the answer any more. */
  signal: AbortSignal;
  answerBy: number; // ms since 1970
  /** Stops the clock once there is an answer. */
  clear(): void;
}

export function startDeadline(seconds: number, outer: AbortSignal): Deadline {
  const controller = new AbortController();
  // A timer of AbortSignal.timeout would let the process end while a question is open.
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  const signal = AbortSignal.any([controller.signal, outer]);
  return { signal, answerBy: Date.now() + seconds * 1000, clear: () => clearTimeout(timer) };
}
