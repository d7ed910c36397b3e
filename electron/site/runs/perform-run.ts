/** Runs of a site: the one that was cut off goes on instead of beginning anew, and all are noted with their numbers. */
import { isDeepStrictEqual } from 'node:util';
import { isFault } from '../../../shared/errors.ts';
import { planHash } from '../../../shared/hash.ts';
import { mean } from '../../../shared/mean.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { Trained } from '../../engine/jobs.ts';
import type { Run, RunDetails, RunKind, RunState } from '../../storage/runs.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';

/** What somebody asks to be run. */
export interface RunRequest {
  kind: RunKind;
  plan: Plan;
  details: RunDetails;
  /** Id of the paused or failed run to continue; without it the newest unfinished one of the same request. */
  resume?: string;
  /** Whether an unfinished run of this kind and plan is of the same request; without it, where its details are equal. */
  isSame?: (details: RunDetails) => boolean;
  /** Called with the run's id before anything is done. */
  onRun?: (id: string) => void;
}

/** Continues the run that is asked for, else begins a new one. The caller holds the site's lock. */
function resumeOrStart(folder: SiteFolder, request: RunRequest): Run {
  const { kind, plan, details, resume } = request;
  folder.runs.pauseInterrupted();
  if (resume !== undefined) return folder.runs.update(resume, { state: 'running', note: '' });
  const { isSame = (others: RunDetails) => isDeepStrictEqual(others, details) } = request;
  const hash = planHash(plan);
  const unfinished = folder.runs
    .list()
    .findLast(
      (run) =>
        run.kind === kind &&
        (run.state === 'paused' || run.state === 'failed') &&
        run.planHash === hash &&
        isSame(run.details),
    );
  if (!unfinished) return folder.runs.start(kind, plan, details);
  return folder.runs.update(unfinished.id, { state: 'running', note: '' });
}

/** Notes as paused what a process left running that ended without a word; nothing while another one is at work here. */
export function pauseInterrupted(folder: SiteFolder): void {
  try {
    const lock = folder.lock('looking for runs that were cut off');
    try {
      folder.runs.pauseInterrupted();
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!isFault(error, 'storage.site-busy')) throw error;
  }
}

/** Holds the site's lock while `work` is done, so that two runs never train in one site. Throws `storage.site-busy`. */
export async function locked<Result>(
  folder: SiteFolder,
  purpose: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = folder.lock(purpose);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/**
 * Does `work` as this run and notes how it ended; `work` may note another end itself. A run that was stopped or failed can
 * be continued, one that was cancelled for good (`site.run-ended`) cannot. The caller holds the site's lock.
 */
export async function asRun<Result>(
  folder: SiteFolder,
  request: RunRequest,
  work: (run: Run) => Promise<Result>,
): Promise<Result> {
  const run = resumeOrStart(folder, request);
  try {
    request.onRun?.(run.id);
    const result = await work(run);
    if (folder.runs.get(run.id).state === 'running') folder.runs.update(run.id, { state: 'finished' });
    return result;
  } catch (error) {
    const state = endOf(error);
    const note = error instanceof Error ? error.message : String(error);
    folder.runs.update(run.id, { state, note: state === 'failed' ? note : '' }); // of a person's wish the state says all
    throw error;
  }
}

function endOf(error: unknown): RunState {
  if (isFault(error, 'site.cancelled')) return 'paused';
  return isFault(error, 'site.run-ended') ? 'cancelled' : 'failed';
}

/** Notes the numbers of a round (a fine-tuning alone has one) and gives its mean loss. */
export function noteTraining(
  { runs }: SiteFolder,
  run: string,
  round: number,
  { losses, dice, seconds }: Trained,
): number {
  runs.recordSteps(run, round, 'loss', losses);
  for (const point of dice) runs.record(run, { round, step: point.step }, { dice: point.dice });
  const loss = mean(losses);
  runs.record(run, { round, step: 0 }, { loss, seconds });
  return loss;
}
