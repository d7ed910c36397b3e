/** What travels between a site's process and its trainer process: birpc calls over Node's IPC channel. */
import type { ComputedOn, EngineChoice } from '../../shared/engine.ts';
import type { Progress } from '../../shared/progress.ts';
import type { TrainerJobs } from './jobs.ts';

export type Verb = keyof TrainerJobs;
export type JobOf<V extends Verb> = Parameters<TrainerJobs[V]>[0];
export type ResultOf<V extends Verb> = Awaited<ReturnType<TrainerJobs[V]>>;

interface JobDone {
  result: unknown;
  peakMemory: number; // bytes, largest resident size of the trainer so far
}

/** Answered by the trainer process. */
export interface TrainerVerbs {
  /** Rejects with a named error: `engine.cancelled`, `engine.job-failed` of what no code foresees, or the job's own. */
  run(verb: Verb, job: unknown, engine: EngineChoice): Promise<JobDone>;
  cancel(): void;
}

/** Answered by the site's process. */
export interface SiteVerbs {
  progress(progress: Progress): void;
  /** What the running job is computed on. */
  computing(on: ComputedOn): void;
}
