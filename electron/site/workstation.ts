/**
 * A site as a window sees it: the verbs of shared/api.ts, the state that is pushed to every page, and the data that
 * comes by address. Electron's shell and the browser host each put one on the screen; several windows may share it.
 */
import { userInfo } from 'node:os';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { apiVerbs, type Reply, type SiteApi, type SiteEvent, type Snapshot, type VerbName } from '../../shared/api.ts';
import { fault, isFault } from '../../shared/errors.ts';
import { consentApi } from './api/consent.ts';
import { federationApi } from './api/federation.ts';
import { ledgerApi } from './api/ledger.ts';
import { reviewApi } from './api/review.ts';
import { settingsApi } from './api/settings.ts';
import { trainingApi } from './api/training.ts';
import { viewerApi } from './api/viewer.ts';
import { volumesApi } from './api/volumes.ts';
import { serveData } from './data.ts';
import type { Site, SiteSurroundings } from './site.ts';
import { Tasks } from './tasks.ts';

export interface WorkstationOptions extends SiteSurroundings {
  folder: string; // of the site; need not exist before the first start
}

export class Workstation {
  readonly folder: string;
  readonly surroundings: SiteSurroundings;
  readonly tasks: Tasks;
  readonly api: SiteApi;
  #site: Site | undefined;
  #snapshot: Snapshot;
  readonly #listeners = new Set<(event: SiteEvent) => void>();

  constructor({ folder, ...surroundings }: WorkstationOptions) {
    this.folder = folder;
    this.surroundings = surroundings;
    this.tasks = new Tasks((tasks) => this.change({ tasks }));
    this.#snapshot = {
      version: packageJson.version,
      site: null,
      problem: null,
      person: userInfo().username,
      engine: { choice: 'auto', engine: 'wasm', usable: true, why: '', gflops: null, device: '' },
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
  }

  /** The open site. Throws `site.not-yet` before the first start. */
  get site(): Site {
    if (!this.#site) throw fault('site.not-yet');
    return this.#site;
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  use(site: Site): void {
    this.#site = site;
  }

  /** Changes what every page sees. */
  change(changed: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...changed };
    this.emit({ type: 'snapshot', changed });
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
      if (typeof name !== 'string' || !Object.hasOwn(apiVerbs, name)) throw fault('site.unknown-verb');
      const parsed = apiVerbs[name as VerbName].args.safeParse(args);
      if (!parsed.success)
        throw fault('site.arguments-unsound', { verb: name, problem: z.prettifyError(parsed.error) });
      const call = this.api[name as VerbName] as (...args: unknown[]) => Promise<unknown>;
      return { ok: true, value: await call(...parsed.data) };
    } catch (error) {
      return { ok: false, error: reportOf(error) };
    }
  }

  /** Answers an address below `/site/`: voxels, pictures, exported files. */
  fetch(request: Request): Promise<Response> {
    return serveData(this, request);
  }

  async close(): Promise<void> {
    await this.#site?.close();
  }
}

/** An error as pages show it; what has no code is a fault of the program, and its message says so. */
export function reportOf(error: unknown) {
  const known = isFault(error)
    ? error
    : fault('site.unexpected', { reason: (error as Error)?.message ?? String(error) });
  return { code: known.code, message: known.message, next: known.next };
}
