import type { Trainer } from '../engine/client.ts';
import type { Identity } from '../federation/wire/identity.ts';
import type { SiteFolder } from '../storage/site-folder.ts';

/** What the runs of a site work with. */
export interface SiteContext {
  readonly folder: SiteFolder;
  readonly identity: Identity;
  readonly name: string;
  readonly fingerprint: string;
  readonly trainer: Trainer;
  /** Another process, for what must not wait behind a run. Whoever opens it closes it. */
  openTrainer(): Trainer;
}
