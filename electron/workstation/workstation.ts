/**
 * A site as a window sees it: the verbs of shared/api.ts, the state that is pushed to every page, and the data that
 * comes by address. Electron's shell and the browser host each put one on the screen; several windows may share it.
 */
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { apiVerbs, type Reply, type SiteApi, type SiteEvent, type Snapshot, type VerbName } from '../../shared/api.ts';
import { asFault, fault, type IsocenterError, reportOf } from '../../shared/errors.ts';
import { engineView } from '../site/engine-choice.ts';
import { pauseInterrupted } from '../site/runs/perform-run.ts';
import { Site, type SiteSurroundings } from '../site/site.ts';
import { isSite } from '../storage/site-folder.ts';
import type { SiteLock } from '../storage/site-lock.ts';
import { cohortsApi } from './api/cohorts.ts';
import { consentApi } from './api/consent.ts';
import { federationApi } from './api/federation.ts';
import { ledgerApi } from './api/ledger.ts';
import { reviewApi } from './api/review.ts';
import { settingsApi } from './api/settings.ts';
import { trainingApi } from './api/training.ts';
import { viewerApi } from './api/viewer.ts';
import { volumesApi } from './api/volumes.ts';
import { serveData } from './data.ts';
import { RunDesk } from './desks/run-desk.ts';
import { Exports } from './exports.ts';
import { clearLeftovers } from './leftovers.ts';
import { OpenSite } from './open-site.ts';
import { Tasks } from './tasks.ts';
import { summaryOf, unfinishedFederation } from './views/site-summary.ts';
import { Windows } from './windows.ts';

export interface WorkstationOptions extends SiteSurroundings {
  folder: string; // of the site; need not exist before the first start
}

export class Workstation {
  readonly folder: string;
  readonly exports: Exports; // files that a person asked for, until the program ends
  readonly api: SiteApi;
  /** Settles when the site in the folder is open, or it is known why not. */
  readonly opened: Promise<void>;
  readonly #surroundings: SiteSurroundings;
  readonly #windows: Windows;
  readonly #tasks: Tasks;
  readonly #runs: RunDesk;
  readonly #closers: (() => Promise<void>)[] = [];
  #open: OpenSite | undefined;
  #alone: SiteLock | undefined; // held by the first window of a site
  #problem: IsocenterError | undefined;

  constructor({ folder, ...surroundings }: WorkstationOptions) {
    this.folder = resolve(folder);
    this.#surroundings = surroundings;
    this.exports = new Exports(join(this.folder, 'exports'));
    this.#windows = new Windows(firstSnapshot(), (lists) => {
      this.#runs.flush();
      if (lists.has('volumes') || lists.has('models')) this.#summarise();
    });
    this.#tasks = new Tasks((tasks) => this.#windows.change({ tasks }));
    this.#runs = new RunDesk({
      site: () => this.site,
      show: (activity) => this.#windows.change({ activity }),
      emit: (event) => this.#windows.emit(event),
      listsChanged: () => {
        // Segmenting makes maps
        for (const list of ['runs', 'models', 'maps', 'volumes'] as const) this.#windows.changed(list);
      },
    });
    this.api = this.#verbs();
    this.opened = this.open();
  }

  #verbs(): SiteApi {
    const site = () => this.site;
    const open = () => this.#opened();
    const [windows, tasks, runs] = [this.#windows, this.#tasks, this.#runs];
    return {
      snapshot: async () => windows.snapshot,
      cancelTask: async (id) => tasks.cancel(id),
      dismissTask: async (id) => tasks.dismiss(id),
      ...volumesApi(site, tasks, windows),
      ...cohortsApi(site, windows),
      ...viewerApi(site, windows),
      ...trainingApi(open, runs, windows),
      ...federationApi(open),
      ...consentApi(open, windows),
      ...reviewApi(site, this.exports),
      ...ledgerApi(site, this.exports),
      ...settingsApi(site, runs, windows, {
        surroundings: this.#surroundings,
        create: (name) => this.create(name),
        open: () => this.open(),
        rename: (name) => this.#rename(name),
        onClose: (closer) => this.#closers.push(closer),
      }),
    };
  }

  /** The open site. Throws `site.not-yet` before the first start, and why the site that is here cannot be opened. */
  get site(): Site {
    return this.#opened().site;
  }

  get snapshot(): Snapshot {
    return this.#windows.snapshot;
  }

  onEvent(listener: (event: SiteEvent) => void): () => void {
    return this.#windows.onEvent(listener);
  }

  /**
   * Opens the site in the folder, if there is one; what stands in the way is told to every page. May be tried again.
   */
  async open(): Promise<void> {
    if (this.#open || !isSite(this.folder)) return;
    try {
      this.#use(await Site.openGuarded(this.folder, this.#surroundings));
    } catch (error) {
      this.#problem = asFault(error);
      this.#windows.change({ problem: reportOf(error) });
    }
  }

  /** First start. Errors as `Site.createGuarded`. */
  async create(name: string): Promise<void> {
    await this.opened;
    this.#use(await Site.createGuarded(this.folder, name, this.#surroundings));
  }

  /** The gate: a verb that exists, arguments that fit, an error as data. */
  async answer(name: unknown, args: unknown): Promise<Reply> {
    try {
      await this.opened;
      if (typeof name !== 'string' || !Object.hasOwn(apiVerbs, name)) throw fault('site.unknown-verb');
      const parsed = apiVerbs[name as VerbName].args.safeParse(args);
      if (!parsed.success) throw fault('site.arguments-unsound', { verb: name, problem: problemsOf(parsed.error) });
      const call = this.api[name as VerbName] as (...args: unknown[]) => Promise<unknown>;
      return { ok: true, value: await call(...parsed.data) };
    } catch (error) {
      return { ok: false, error: reportOf(error) };
    }
  }

  /** Answers an address below `/site/`: voxels, pictures, exported files. */
  async fetch(request: Request): Promise<Response> {
    await this.opened;
    return serveData(() => this.site, this.exports, request);
  }

  /** Stops what is at work, so that it can be continued, and closes the site. */
  async close(): Promise<void> {
    await this.opened;
    const site = this.#open?.site;
    const closing = [
      this.#open?.close(),
      this.#runs.close(),
      this.#tasks.close(),
      ...this.#closers.map((end) => end()),
    ];
    await Promise.allSettled(closing);
    this.#windows.flush();
    this.exports.clear();
    this.#alone?.release();
    await site?.close();
    this.#open = undefined;
  }

  #opened(): OpenSite {
    if (this.#open) return this.#open;
    throw this.#problem ?? fault('site.not-yet');
  }

  #use(site: Site): void {
    this.#problem = undefined;
    this.#alone = clearLeftovers(site.folder.path);
    pauseInterrupted(site.folder);
    this.#open = new OpenSite(site, this.#windows, this.#runs);
    this.#summarise();
    this.#windows.change({ problem: null, engine: engineView(site.folder) });
  }

  /** Peers know the site by its new name from the next federation on. Throws `site.name-in-use`. */
  #rename(name: string): void {
    const { folder } = this.site;
    const federation = unfinishedFederation(folder);
    if (federation !== undefined) throw fault('site.name-in-use', { federation });
    folder.rename(name);
    this.#summarise();
  }

  #summarise(): void {
    try {
      if (this.#open) this.#windows.change({ site: summaryOf(this.#open.site) });
    } catch (error) {
      this.#windows.change({ problem: reportOf(error) }); // the disk is gone, say: no verb waits here that could tell
    }
  }
}

function firstSnapshot(): Snapshot {
  return {
    version: packageJson.version,
    site: null,
    problem: null,
    person: userInfo().username,
    engine: engineView(),
    activity: null,
    hosted: null,
    membership: null,
    questions: [],
    permissions: [],
    tasks: [],
  };
}

/** As "labels: must be at least 1", without the number of the argument. */
function problemsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => [path.slice(1).join('.'), message].filter(Boolean).join(': ')).join('; ');
}
