/**
 * A site as a window sees it: the verbs of shared/api.ts, the state that is pushed to every page, and the data that
 * comes by address. Electron's shell and the browser host each put one on the screen; several windows may share it.
 */
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import {
  apiVerbs,
  type Changing,
  type Reply,
  type SiteApi,
  type SiteEvent,
  type Snapshot,
  type VerbName,
} from '../../shared/api.ts';
import { asFault, fault, type IsocenterError, reportOf } from '../../shared/errors.ts';
import { pauseInterrupted } from '../site/runs/perform-run.ts';
import { Site, type SiteSurroundings } from '../site/site.ts';
import { isSite } from '../storage/site-folder.ts';
import type { SiteLock } from '../storage/site-lock.ts';
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
import { Federating } from './federating.ts';
import { clearLeftovers } from './leftovers.ts';
import { Outbox } from './outbox.ts';
import { Tasks } from './tasks.ts';
import { engineView } from './views/engine-view.ts';
import { summaryOf, unfinishedFederation } from './views/site-summary.ts';

export interface WorkstationOptions extends SiteSurroundings {
  folder: string; // of the site; need not exist before the first start
}

export class Workstation {
  readonly folder: string;
  readonly surroundings: SiteSurroundings;
  readonly tasks: Tasks;
  readonly exports: Exports; // files that a person asked for, until the program ends
  readonly desk: RunDesk;
  readonly api: SiteApi;
  /** Settles when the site in the folder is open, or it is known why not. */
  readonly opened: Promise<void>;
  #site: Site | undefined;
  #alone: SiteLock | undefined; // held by the first window of a site
  #problem: IsocenterError | undefined;
  #federating: Federating | undefined;
  #snapshot: Snapshot;
  readonly #outbox: Outbox;
  readonly #listeners = new Set<(event: SiteEvent) => void>();
  readonly #closers: (() => Promise<void>)[] = [];

  constructor({ folder, ...surroundings }: WorkstationOptions) {
    this.folder = resolve(folder);
    this.surroundings = surroundings;
    this.exports = new Exports(join(this.folder, 'exports'));
    this.#outbox = new Outbox(
      (event) => this.emit(event),
      (lists) => {
        this.desk.flush();
        if (lists.has('volumes') || lists.has('models')) this.#summarise();
      },
    );
    this.desk = new RunDesk({
      site: () => this.site,
      show: (activity) => this.change({ activity }),
      emit: (event) => this.emit(event),
      listsChanged: () => {
        this.changed('runs');
        this.changed('models');
        this.changed('maps'); // segmenting makes some
        this.changed('volumes');
      },
    });
    this.onClose(() => this.desk.close());
    this.onClose(() => this.tasks.close());
    this.tasks = new Tasks((tasks) => this.change({ tasks }));
    this.#snapshot = {
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
    this.api = {
      snapshot: async () => this.#snapshot,
      cancelTask: async (id) => this.tasks.cancel(id),
      dismissTask: async (id) => this.tasks.dismiss(id),
      ...volumesApi(this),
      ...viewerApi(this),
      ...trainingApi(this),
      ...federationApi(this),
      ...consentApi(this),
      ...reviewApi(this),
      ...ledgerApi(this),
      ...settingsApi(this),
    };
    this.opened = this.open();
  }

  /** The open site. Throws `site.not-yet` before the first start, and why the site that is here cannot be opened. */
  get site(): Site {
    if (this.#site) return this.#site;
    throw this.#problem ?? fault('site.not-yet');
  }

  /** Errors as `site`. */
  get federating(): Federating {
    if (this.#federating) return this.#federating;
    throw this.#problem ?? fault('site.not-yet');
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Opens the site in the folder, if there is one; what stands in the way is told to every page. May be tried again. */
  async open(): Promise<void> {
    if (this.#site || !isSite(this.folder)) return;
    try {
      this.#use(await Site.openGuarded(this.folder, this.surroundings));
    } catch (error) {
      this.#problem = asFault(error);
      this.change({ problem: reportOf(error) });
    }
  }

  /** First start. Errors as `Site.createGuarded`. */
  async create(name: string): Promise<void> {
    await this.opened;
    this.#use(await Site.createGuarded(this.folder, name, this.surroundings));
  }

  /** Peers know the site by its new name from the next federation on. Throws `site.name-in-use`. */
  rename(name: string): void {
    const { folder } = this.site;
    const federation = unfinishedFederation(folder);
    if (federation !== undefined) throw fault('site.name-in-use', { federation });
    folder.rename(name);
    this.#summarise();
  }

  #use(site: Site): void {
    this.#site = site;
    this.#problem = undefined;
    this.#alone = clearLeftovers(site.folder.path);
    pauseInterrupted(site.folder);
    this.#federating = new Federating(this, site);
    this.#summarise();
    this.change({ problem: null, engine: engineView(site.folder) });
  }

  #summarise(): void {
    try {
      if (this.#site) this.change({ site: summaryOf(this.#site) });
    } catch (error) {
      this.change({ problem: reportOf(error) }); // the disk is gone, say: no verb waits here that could tell
    }
  }

  /** Changes what every page sees: here at once, in the windows with the next push. */
  change(changed: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...changed };
    this.#outbox.put(changed);
  }

  /** Tells every window that a list is to be read again; the site's counts follow. */
  changed(what: Changing): void {
    this.#outbox.putList(what);
  }

  emit(event: SiteEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  onEvent(listener: (event: SiteEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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
    return serveData(this, request);
  }

  /** What is to end before the site is closed: a run, a coordinator. */
  onClose(closer: () => Promise<void>): void {
    this.#closers.push(closer);
  }

  /** Stops what is at work, so that it can be continued, and closes the site. */
  async close(): Promise<void> {
    await this.opened;
    await Promise.allSettled([this.#federating?.close(), ...this.#closers.map((close) => close())]);
    this.#outbox.flush();
    this.exports.clear();
    this.#alone?.release();
    await this.#site?.close();
    this.#site = undefined;
  }
}

/** As "labels: must be at least 1", without the number of the argument. */
function problemsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => [path.slice(1).join('.'), message].filter(Boolean).join(': ')).join('; ');
}
