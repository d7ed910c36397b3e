/**
 * The one run that a window may have at work: starts it, shows how far it is, keeps its curves as they come, stops it.
 * Training, segmenting and taking part in a federation all run through here, so that no two are at work at once.
 */
import type { Activity, CurvePoint } from '../../../shared/api/training.ts';
import type { SiteEvent } from '../../../shared/api.ts';
import { fault } from '../../../shared/errors.ts';
import type { Progress } from '../../../shared/progress.ts';
import type { RunKind } from '../../../shared/runs.ts';
import { placeOf, stepsOf } from '../../site/runs/run-steps.ts';
import type { Site } from '../../site/site.ts';
import type { MetricPlace, MetricValues, Run } from '../../storage/runs.ts';
import { Pace } from './pace.ts';

/** What the work of a run is given; each run's options take them as they are. */
export interface RunHooks {
  /** Aborts with `site.cancelled` where the run is to be continued later, with `site.run-ended` where not. */
  signal: AbortSignal;
  /** To be called with the run's id before anything is done. */
  onRun(id: string): void;
  /** Steps counted over all rounds. Losses and Dice become points of the run's curves. */
  onProgress(progress: Progress): void;
  /** Whether it waits for a person's consent. */
  onWaiting(waiting: boolean): void;
}

/** What the desk needs of its workstation. */
interface Surroundings {
  site(): Site;
  show(activity: Activity | null): void;
  emit(event: SiteEvent): void;
  /** The lists of runs and models are to be read again. */
  listsChanged(): void;
}

interface AtWork {
  kind: RunKind;
  stopping: AbortController;
  site: Site;
  pace: Pace;
  done: Promise<void>;
  run?: Run; // once it is known
  forGood: boolean; // cancelled, rather than paused
}

const words: Record<RunKind, string> = {
  pretrain: 'pre-training',
  finetune: 'fine-tuning',
  segment: 'segmenting',
  federated: 'taking part in a federation',
};

export class RunDesk {
  readonly #surroundings: Surroundings;
  #atWork: AtWork | undefined;
  #activity: Activity | null = null;
  #points: { loss: CurvePoint[]; dice: CurvePoint[] } = { loss: [], dice: [] };

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** The run at work, once it is known. */
  get run(): Run | undefined {
    return this.#atWork?.run;
  }

  /** Throws `site.busy-with` while a run is at work. */
  requireIdle(): void {
    if (this.#atWork) throw fault('site.busy-with', { what: words[this.#atWork.kind] });
  }

  /** Throws `site.busy-with` where it is this run that is at work. */
  requireNotAtWork(id: string): void {
    if (this.run?.id === id) this.requireIdle();
  }

  /**
   * Begins the work and gives its run's id; how it ends is noted with the run. Throws what keeps the run from
   * beginning, `site.busy-with` among it.
   */
  async perform(kind: RunKind, work: (hooks: RunHooks) => Promise<unknown>): Promise<string> {
    this.requireIdle();
    const site = this.#surroundings.site();
    return new Promise((resolve, reject) => {
      const stopping = new AbortController();
      const atWork: AtWork = { kind, stopping, site, pace: new Pace(), done: Promise.resolve(), forGood: false };
      this.#atWork = atWork;
      const hooks: RunHooks = {
        signal: stopping.signal,
        onRun: (id) => {
          this.#begin(atWork, id);
          resolve(id);
        },
        onProgress: (progress) => this.#advance(atWork, progress),
        onWaiting: (waiting) => this.#show({ waiting }),
      };
      const nothing = fault('site.unexpected', { reason: `${words[kind]} noted no run` });
      atWork.done = work(hooks)
        .then(() => nothing)
        .catch((error) => error)
        .then((error) => {
          this.#end(atWork);
          throw error;
        })
        .catch(reject); // says nothing more where the run's id was given
    });
  }

  /** Stops the run after its step, to be continued. Throws `site.nothing-at-work`. */
  pause(): void {
    this.#stop('pausing', fault('site.cancelled'));
  }

  /** Stops the run after its step, for good. Throws `site.nothing-at-work`. */
  cancel(): void {
    this.#stop('cancelling', fault('site.run-ended'));
    if (this.#atWork) this.#atWork.forGood = true;
  }

  /** Pauses what is at work and waits for it. */
  async close(): Promise<void> {
    if (!this.#atWork) return;
    this.pause();
    await this.#atWork?.done;
  }

  /** Keeps the points that came since the last time, and only then tells of them: what was shown is on disk. */
  flush(): void {
    const { run, site, stopping } = this.#atWork ?? {};
    const { loss, dice } = this.#points;
    if (!run || !site || loss.length + dice.length === 0) return;
    this.#points = { loss: [], dice: [] };
    const entry = (step: number, values: MetricValues): { place: MetricPlace; values: MetricValues } => ({
      place: placeOf(run.kind, run.plan, step),
      values,
    });
    try {
      site.folder.runs.recordAll(run.id, [
        ...loss.map(({ step, value }) => entry(step, { loss: value })),
        ...dice.map(({ step, value }) => entry(step, { dice: value })),
      ]);
    } catch (error) {
      stopping?.abort(error); // a full disk, say: the run ends and says so
      return;
    }
    this.#surroundings.emit({ type: 'points', run: run.id, loss, dice });
  }

  #begin(atWork: AtWork, id: string): void {
    const run = atWork.site.folder.runs.get(id);
    atWork.run = run;
    this.#activity = {
      run: id,
      kind: run.kind,
      state: atWork.stopping.signal.aborted ? (atWork.forGood ? 'cancelling' : 'pausing') : 'starting',
      words: '',
      step: 0,
      steps: stepsOf(run.kind, run.plan),
      startedAt: new Date().toISOString(),
      secondsLeft: null,
      stepsPerSecond: null,
      memory: 0,
      waiting: false,
    };
    this.#surroundings.show(this.#activity);
    this.#surroundings.listsChanged();
  }

  #advance({ pace, site }: AtWork, { step, steps, loss, dice, message, notice }: Progress): void {
    if (!this.#activity) return; // the run is not known yet
    if (loss !== undefined) this.#points.loss.push({ step, value: loss });
    if (dice !== undefined) this.#points.dice.push({ step, value: dice });
    pace.note(step);
    const { state } = this.#activity;
    if (state === 'starting') this.#surroundings.listsChanged(); // by now it is noted what computes the run
    this.#show({
      state: state === 'starting' ? 'running' : state,
      words: notice ?? message ?? this.#activity.words,
      step,
      steps,
      stepsPerSecond: pace.perSecond,
      secondsLeft: pace.perSecond === null ? null : (steps - step) / pace.perSecond,
      memory: site.trainer.memory,
    });
  }

  #show(changed: Partial<Activity>): void {
    if (!this.#activity) return;
    this.#activity = { ...this.#activity, ...changed };
    if (this.#activity.waiting) this.#activity.secondsLeft = null; // a person takes as long as they take
    this.#surroundings.show(this.#activity);
    if (this.#activity.kind === 'segment') this.#surroundings.listsChanged(); // each volume has its prediction at once
  }

  #stop(state: 'pausing' | 'cancelling', reason: Error): void {
    if (!this.#atWork) throw fault('site.nothing-at-work');
    this.#show({ state });
    this.#atWork.stopping.abort(reason); // the first reason stands
  }

  #end({ run, site, forGood }: AtWork): void {
    this.flush();
    this.#atWork = undefined;
    this.#activity = null;
    if (run && forGood) endForGood(site, run.id);
    this.#surroundings.show(null);
    this.#surroundings.listsChanged();
  }
}

/** A run that was cancelled while it was being paused. */
function endForGood({ folder }: Site, id: string): void {
  if (folder.runs.get(id).state === 'paused') folder.runs.update(id, { state: 'cancelled', note: '' });
}
