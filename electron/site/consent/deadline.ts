/** The time that a decider has. Its signal aborts when that is over, or when nobody needs the answer any more. */

// Signals carry no end of their own, and a prompt wants to show the time left.
const ends = new WeakMap<AbortSignal, number>();

export interface Deadline {
  signal: AbortSignal;
  /** Stops the clock once there is an answer. */
  clear(): void;
}

export function startDeadline(seconds: number, outer: AbortSignal): Deadline {
  const controller = new AbortController();
  // A timer of AbortSignal.timeout would let the process end while a question is open.
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  const signal = AbortSignal.any([controller.signal, outer]);
  ends.set(signal, Date.now() + seconds * 1000);
  return { signal, clear: () => clearTimeout(timer) };
}

/** Seconds until the deadline that made this signal; undefined for a signal from elsewhere. */
export function secondsLeft(signal: AbortSignal): number | undefined {
  const end = ends.get(signal);
  return end === undefined ? undefined : Math.max(0, (end - Date.now()) / 1000);
}
