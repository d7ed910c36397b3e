import { setImmediate } from 'node:timers/promises';
import type { ComputedOn, EngineChoice } from '../../../shared/engine.ts';
import type { Progress } from '../../../shared/progress.ts';

/** What a job is given besides its description. */
export interface JobContext {
  report(progress: Progress): void;
  /** Aborts when the running job is to stop. */
  signal(): AbortSignal;
  /** What the running job is to be computed with. */
  engine(): EngineChoice;
  /** Says what the job is computed on, before its first step. */
  computing(on: ComputedOn): void;
  /** Least time between two checkpoints of a running job, in milliseconds. */
  readonly saveEvery: number;
}

/** Between two steps: lets messages in, and stops here when one of them was to cancel. */
export async function pause(context: JobContext): Promise<void> {
  await setImmediate();
  context.signal().throwIfAborted();
}
