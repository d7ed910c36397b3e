/** Runs of a site: the one that was cut off goes on instead of beginning anew, and all are noted with their numbers. */
import { isDeepStrictEqual } from 'node:util';
import { isFault } from '../../../shared/errors.ts';
import { planHash } from '../../../shared/hash.ts';
import { mean } from '../../../shared/mean.ts';
import type { Plan } from '../../../shared/plan.ts';
import type { RunKind, RunState } from '../../../shared/runs.ts';
import type { Trained } from '../../engine/jobs.ts';
import type { RunDetails } from '../../storage/run-details.ts';
import { type Run, runOf } from '../../storage/runs.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';

/** What somebody asks to be run. */
export interface RunRequest<Kind extends RunKind> {
  plan: Plan;
  details: RunDetails<Kind>;
  /** Id of the paused or failed run to continue; without it the newest unfinished one of the same request. */
  resume?: string;
  /**
   * Whether an unfinished run of this kind and plan is of the same request; without it, where its details are equal.
   */
  isSame?: (details: RunDetails<Kind>) => boolean;
  /** Called with the run's id before anything is done. */
  onRun?: (id: string) => void;
}

/** For whoever finds the site locked meanwhile. */
const purposes: Record<RunKind, string> = {
  pretrain: 'pre-training',
  finetune: 'fine-tuning',
  segment: 'segmenting',
  federated: 'taking part in a federation',
};

/** Notes the run, does its work, and notes how that ended; the work may note another end itself. */
export type Begin<Kind extends RunKind, Result> = (
  request: RunRequest<Kind>,
  work: (run: Run<Kind>) => Promise<Result>,
) => Promise<Result>;

/**
 * Performs a run: holds the site's lock, so that no two are at work in one site, and gives `perform` the means to begin
 * it, which goes on with a run that was cut off where there is one of the same request. A run that was stopped or
 * failed can be continued, one that was cancelled for good (`site.run-ended`) cannot. Throws `storage.site-busy`.
 */
export async function performRun<Kind extends RunKind, Result>(
  folder: SiteFolder,
  kind: Kind,
  perform: (begin: Begin<Kind, Result>) => Promise<Result>,
): Promise<Result> {
  const lock = folder.lock(purposes[kind]);
  try {
    return await perform(async (request, work) => {
      const run = resumeOrStart(folder, kind, request);
      try {
        request.onRun?.(run.id);
        const result = await work(run);
        if (folder.runs.get(run.id).state === 'running') folder.runs.update(run.id, { state: 'finished' });
        return result;
      } catch (error) {
        const state = endOf(error);
        const note = error instanceof Error ? error.message : String(error);
        // Of a person's wish the state says all
        folder.runs.update(run.id, { state, note: state === 'failed' ? note : '' });
        throw error;
      }
    });
  } finally {
    lock.release();
  }
}

function resumeOrStart<Kind extends RunKind>(folder: SiteFolder, kind: Kind, request: RunRequest<Kind>): Run<Kind> {
  const { plan, details, resume, isSame = (others) => isDeepStrictEqual(others, details) } = request;
  folder.runs.pauseInterrupted();
  const hash = planHash(plan);
  const canGoOn = (run: Run<Kind>) =>
    (run.state === 'paused' || run.state === 'failed') && run.planHash === hash && isSame(run.details);
  const id = resume ?? folder.runs.listOf(kind).findLast(canGoOn)?.id;
  if (id === undefined) return folder.runs.start(kind, plan, details);
  return runOf(kind, folder.runs.update(id, { state: 'running', note: '' }));
}

function endOf(error: unknown): RunState {
  if (isFault(error, 'site.cancelled')) return 'paused';
  return isFault(error, 'site.run-ended') ? 'cancelled' : 'failed';
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

/** Notes the numbers of a round (a fine-tuning alone has one) and gives its mean loss. */
export function noteTraining(
  { runs }: SiteFolder,
  run: string,
  round: number,
  { losses, dice, seconds }: Trained,
): number {
  runs.recordSteps(run, round, 'loss', losses);
  for (const point of dice) runs.record(run, { round, step: point.step }, { dice: point.dice ?? undefined });
  const loss = mean(losses);
  runs.record(run, { round, step: 0 }, { loss, seconds });
  return loss;
}
