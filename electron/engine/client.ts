/** The site's side of the trainer process: starts it when first needed, hands it jobs, survives its death. */
import { type BirpcReturn, createBirpc } from 'birpc';
import { crossing } from '../../shared/crossing.ts';
import type { ComputedOn, EngineChoice } from '../../shared/engine.ts';
import { type ErrorCode, fault, isFault } from '../../shared/errors.ts';
import type { Plan } from '../../shared/plan.ts';
import type { Progress } from '../../shared/progress.ts';
import type { JobOf, ResultOf, SiteVerbs, TrainerVerbs, Verb } from './channel.ts';
import { forkTrainer, type Launch, type TrainerProcess, trainerScript } from './launch.ts';

const KEPT_OUTPUT = 4_000; // characters of the trainer's last words, for a crash report
const CANCEL_GRACE = 30_000; // ms that a job may take to stop between two steps before its process is ended

export interface JobOptions {
  onProgress?: (progress: Progress) => void;
  /** Hears what the job is computed on before its first step: also a job that is cut off was computed on something. */
  onEngine?: (on: ComputedOn) => void;
  /** Aborting stops the job after its running step and rejects with the signal's reason; its state stays on disk. */
  signal?: AbortSignal;
}

/** What a process holds of memory, and a graphics card that it lost, it gives back only with its end. */
const spoiling: ReadonlySet<ErrorCode> = new Set(['engine.out-of-memory', 'engine.device-lost', 'engine.job-failed']);

interface Running {
  child: TrainerProcess;
  rpc: BirpcReturn<TrainerVerbs, SiteVerbs>;
  died: Promise<never>;
}

/** What a job is computed with; asked when its turn comes, with its plan where it has one. */
type EngineFor = (plan: Plan | undefined) => EngineChoice;

export class Trainer {
  /** Largest resident memory of the trainer process so far, in bytes. */
  peakMemory = 0;
  /** Resident memory at the last sign of progress, in bytes. */
  memory = 0;
  #running: Running | undefined;
  #listeners: Pick<JobOptions, 'onProgress' | 'onEngine'> = {};
  #queue: Promise<unknown> = Promise.resolve();
  readonly #launch: Launch;
  readonly #engineFor: EngineFor;

  constructor(launch: Launch = forkTrainer, engineFor: EngineFor = () => 'auto') {
    this.#launch = launch;
    this.#engineFor = engineFor;
  }

  /** Runs one job; jobs asked for meanwhile wait their turn. Rejects with a named error; a crash is one too. */
  run<V extends Verb>(verb: V, job: JobOf<V>, options: JobOptions = {}): Promise<ResultOf<V>> {
    const turn = this.#queue.then(() => this.#perform(verb, job, options));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async #perform<V extends Verb>(verb: V, job: JobOf<V>, options: JobOptions): Promise<ResultOf<V>> {
    const { signal } = options;
    signal?.throwIfAborted();
    const { rpc, died, child } = this.#start();
    this.#listeners = options;
    let grace: NodeJS.Timeout | undefined;
    const cancel = () => {
      void rpc.cancel.asEvent();
      grace = setTimeout(() => child.kill(), CANCEL_GRACE);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const { result, peakMemory } = await Promise.race([rpc.run(verb, job, this.#engineFor(planOf(job))), died]);
      this.peakMemory = Math.max(this.peakMemory, peakMemory);
      return result as ResultOf<V>;
    } catch (error) {
      if (isFault(error) && spoiling.has(error.code)) await this.close();
      signal?.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(grace);
      signal?.removeEventListener('abort', cancel);
    }
  }

  #start(): Running {
    if (this.#running) return this.#running;
    const child = this.#launch(trainerScript);
    let lastWords = '';
    child.onOutput((text) => {
      lastWords = (lastWords + text).slice(-KEPT_OUTPUT);
    });
    const rpc = createBirpc<TrainerVerbs, SiteVerbs>(
      {
        progress: (progress) => {
          this.memory = progress.memory ?? this.memory;
          this.#listeners.onProgress?.(progress);
        },
        computing: (on) => this.#listeners.onEngine?.(on),
      },
      {
        ...crossing,
        post: child.send,
        on: child.onMessage,
        timeout: -1, // a training job may take days
      },
    );
    const died = new Promise<never>((_, reject) => {
      child.onEnd((how) => {
        this.#running = undefined;
        reject(fault('engine.trainer-died', { how, output: lastWords.trim() || 'it printed nothing' }));
      });
    });
    died.catch(() => {}); // also dies when nobody waits
    this.#running = { child, rpc, died };
    return this.#running;
  }

  /** Ends the process; a job that runs is rejected. The next job starts a new one. */
  async close(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.child.kill();
    await running.died.catch(() => {});
  }
}

function planOf(job: JobOf<Verb>): Plan | undefined {
  return job && 'plan' in job ? job.plan : undefined;
}
