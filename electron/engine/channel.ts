/** What travels between a site's process and its trainer process: birpc calls over Node's IPC channel. */
import type { ComputedOn, EngineChoice } from '../../shared/engine.ts';
import type { ErrorCode, ErrorDetails } from '../../shared/errors.ts';
import type { Progress, TrainerJobs } from './jobs.ts';

export type Verb = keyof TrainerJobs;
export type JobOf<V extends Verb> = Parameters<TrainerJobs[V]>[0];
export type ResultOf<V extends Verb> = Awaited<ReturnType<TrainerJobs[V]>>;

/** How a job ended. Errors travel as data: structured cloning would strip their code. */
export type Outcome =
  | { kind: 'done'; result: unknown; peakMemory: number } // bytes, largest resident size of the trainer so far
  | { kind: 'cancelled' }
  | { kind: 'fault'; code: ErrorCode; details: ErrorDetails }
  | { kind: 'crash'; message: string; stack: string };

/** Answered by the trainer process. */
export interface TrainerVerbs {
  run(verb: Verb, job: unknown, engine: EngineChoice): Promise<Outcome>;
  cancel(): void;
}

/** Answered by the site's process. */
export interface SiteVerbs {
  progress(progress: Progress): void;
  /** What the running job is computed on. */
  computing(on: ComputedOn): void;
}
