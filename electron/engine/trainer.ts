/**
 * The trainer process. It computes one job at a time, reads and writes the site's files, and opens no socket. It ends
 * with the process that started it.
 */
import { constants, setPriority } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { createBirpc } from 'birpc';
import { crossing } from '../../shared/crossing.ts';
import type { EngineChoice } from '../../shared/engine.ts';
import { fault, isFault } from '../../shared/errors.ts';
import type { Progress } from '../../shared/progress.ts';
import { bench } from './bench/bench.ts';
import type { SiteVerbs, TrainerVerbs, Verb } from './channel.ts';
import { startEngine } from './choice.ts';
import { inspect } from './inspect.ts';
import { createJobs } from './jobs/index.ts';
import type { TrainerJobs } from './jobs.ts';
import { saysOutOfMemory } from './memory.ts';
import { connectToParent } from './parent.ts';

let cancelling = new AbortController();
let engine: EngineChoice = 'auto'; // of the running job

const verbs: TrainerVerbs = {
  async run(verb, job, asked) {
    engine = asked;
    cancelling = new AbortController();
    try {
      return { result: await perform(verb, job), peakMemory: process.resourceUsage().maxRSS * 1024 };
    } catch (error) {
      throw named(error, verb);
    }
  },
  cancel() {
    cancelling.abort();
  },
};

try {
  // A person may be reading a volume meanwhile. Threads that are started after this go second too.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // Where the system does not allow it, they share the processor evenly.
}

const parent = connectToParent();
const site = createBirpc<SiteVerbs, TrainerVerbs>(verbs, {
  ...crossing,
  post: parent.send,
  on: parent.onMessage,
  timeout: -1, // a training job may take days
});
const report = (progress: Progress) => void site.progress.asEvent({ ...progress, memory: process.memoryUsage.rss() });
const jobs: TrainerJobs = {
  ...createJobs({
    report,
    signal: () => cancelling.signal,
    engine: () => engine,
    computing: (on) => void site.computing.asEvent(on),
    saveEvery: 2_000,
  }),
  bench: async (job) => {
    const { computedOn, kind } = await startEngine(engine);
    // Processors do a kernel's work before it returns; cards on the side, where its time cannot be told from outside.
    return { ...computedOn, kind, ...(await bench(job, report, { withParts: kind === 'processor' })) };
  },
  inspect,
};

function perform(verb: Verb, job: unknown): Promise<unknown> {
  return (jobs[verb] as (job: unknown) => Promise<unknown>)(job);
}

function named(error: unknown, verb: Verb): Error {
  if (cancelling.signal.aborted) return fault('engine.cancelled', { verb });
  if (isFault(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (saysOutOfMemory(reason)) return fault('engine.out-of-memory', { engine: tf.getBackend(), reason });
  return fault('engine.job-failed', { verb, reason });
}
