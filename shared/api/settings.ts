/** The site itself, its machine and its rules. */
import { z } from 'zod';
import { type EngineChoice, type EngineFound, type EngineName, engineChoices } from '../engine.ts';
import { planSchema } from '../plan.ts';
import { verb } from './verb.ts';

export const settingsSchema = z.strictObject({
  engine: z.enum(engineChoices),
  /**
   * `ask`: a person decides each time, or by a standing permission. `refuse`: everything stays here without a question.
   */
  consent: z.enum(['ask', 'refuse']),
  plan: planSchema, // what new runs and federations begin with
});
export type Settings = z.infer<typeof settingsSchema>;

export interface SiteSummary {
  name: string;
  fingerprint: string;
  folder: string;
  createdAt: string;
  volumes: number;
  labelled: number;
  models: number;
}

/** What computes here. A run's plan may name another engine. */
export interface EngineView {
  choice: EngineChoice;
  engine: EngineName | null; // that the choice means here; null where it cannot be used, and before anybody looked
  usable: boolean; // false where the choice cannot be used here: nothing else takes its place
  why: string; // this one, or why not, in plain words; empty before anybody looked
  next: string; // what to do where it cannot be used
  engines: EngineFound[]; // in the order of `auto`'s liking; empty before anybody looked
}

export interface StorageView {
  folder: string;
  bytes: { volumes: number; models: number; runs: number; other: number };
  free: number;
  keyProtection: string; // "keychain of the system", "a file that only this account can read"
}

export interface LicenceText {
  name: string;
  version: string;
  licence: string;
  text: string;
}

export const settingsVerbs = {
  /** First start: makes the site. */
  createSite: verb()(z.string().trim().min(1).max(64)),
  /** Tries again to open a site that `Snapshot.problem` tells of. */
  openSite: verb()(),
  renameSite: verb()(z.string().trim().min(1).max(64)),
  readSettings: verb<Settings>()(),
  changeSettings: verb<Settings>()(settingsSchema.partial()),
  /** Tries what engines there are, once in the life of the program, and not while a run is at work. */
  lookAtEngines: verb<EngineView>()(),
  /** Tries them again, and for some seconds how fast each is. */
  measureEngines: verb<EngineView>()(),
  readStorage: verb<StorageView>()(),
  /** Deletes what finished runs left and no model needs; gives the bytes freed. */
  cleanStorage: verb<number>()(),
  readLicences: verb<LicenceText[]>()(),
};
