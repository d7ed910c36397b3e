/**
 * What the window may ask of its site, and what the site tells the window: the only way between the two, the same over
 * Electron's IPC, over a WebSocket and in memory. Verbs stand in api/*.ts, one file a page. Voxels, pictures and files
 * come by address (`/site/...`), because they are large and a browser can fetch them in parts.
 */
import type { z } from 'zod';
import { cohortVerbs } from './api/cohorts.ts';
import { consentVerbs, type Question, type StandingPermission } from './api/consent.ts';
import { federationVerbs, type HostedView, type MembershipView } from './api/federation.ts';
import { ledgerVerbs } from './api/ledger.ts';
import { reviewVerbs } from './api/review.ts';
import { type EngineView, type SiteSummary, settingsVerbs } from './api/settings.ts';
import { type Activity, type CurvePoint, trainingVerbs } from './api/training.ts';
import { idSchema, type Verb, verb } from './api/verb.ts';
import { viewerVerbs } from './api/viewer.ts';
import { type ImportSummary, volumeVerbs } from './api/volumes.ts';
import type { ErrorReport } from './errors.ts';

/** Work that is no run: shown with progress, can be cancelled. Stays listed until it is dismissed. */
export interface Task {
  id: string;
  kind: 'import' | 'sample-data' | 'export';
  title: string;
  state: 'running' | 'finished' | 'failed' | 'cancelled';
  words: string;
  done: number;
  total: number;
  result: ImportSummary | null;
  error: ErrorReport | null;
}

/** All that every page needs, small enough to be pushed whole. */
export interface Snapshot {
  version: string; // of Isocenter
  site: SiteSummary | null; // null before the first start
  problem: ErrorReport | null; // why a site that is in the folder cannot be opened: damaged, of a newer version
  person: string; // account name, as the ledger will know it
  engine: EngineView;
  activity: Activity | null;
  hosted: HostedView | null;
  membership: MembershipView | null;
  questions: Question[];
  permissions: StandingPermission[];
  tasks: Task[];
}

export const apiVerbs = {
  /** The state of everything; the first thing that a window asks. */
  snapshot: verb<Snapshot>()(),
  cancelTask: verb()(idSchema),
  dismissTask: verb()(idSchema),
  ...volumeVerbs,
  ...cohortVerbs,
  ...viewerVerbs,
  ...trainingVerbs,
  ...federationVerbs,
  ...consentVerbs,
  ...reviewVerbs,
  ...ledgerVerbs,
  ...settingsVerbs,
} satisfies Record<string, Verb>;

export type VerbName = keyof typeof apiVerbs;
type ArgsOf<V> = V extends Verb<infer Args> ? z.output<Args> : never;
type AnswerOf<V> = V extends { answer?: infer Answer } ? Answer : never;

/** What a site answers, and what a page calls. Every verb may reject with an `ApiError`. */
export type SiteApi = {
  [Name in VerbName]: (
    ...args: ArgsOf<(typeof apiVerbs)[Name]> extends unknown[] ? ArgsOf<(typeof apiVerbs)[Name]> : never
  ) => Promise<AnswerOf<(typeof apiVerbs)[Name]>>;
};

/** Lists that a page reads by a verb, and reads again when the site says that they changed. */
export type Changing = 'volumes' | 'maps' | 'runs' | 'models' | 'ledger' | 'settings' | 'parties';

export type SiteEvent =
  | { type: 'snapshot'; changed: Partial<Snapshot> }
  | { type: 'changed'; what: Changing }
  | { type: 'points'; run: string; loss: CurvePoint[]; dice: CurvePoint[] };

/** How a call ended, as it travels. */
export type Reply = { ok: true; value: unknown } | { ok: false; error: ErrorReport };

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly next: string;

  constructor({ code, message, next }: ErrorReport) {
    super(message);
    this.code = code;
    this.next = next;
  }
}
