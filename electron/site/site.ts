/**
 * One hospital: a folder with its catalogue, key and ledger, and a trainer process. Everything a person can ask of a
 * site is a method here; how it is done stands in the file named beside it.
 */
import type { EngineChoice } from '../../shared/engine.ts';
import type { FittedPlan } from '../../shared/fitted-plan.ts';
import type { Plan } from '../../shared/plan.ts';
import { Trainer } from '../engine/client.ts';
import type { Launch } from '../engine/launch.ts';
import type { Identity } from '../federation/wire/identity.ts';
import type { VolumeRecord } from '../storage/catalogue.ts';
import type { Ledger } from '../storage/ledger.ts';
import type { Model } from '../storage/models.ts';
import { createSite, openSite, type SiteFolder } from '../storage/site-folder.ts';
import type { SiteContext } from './context.ts';
import { type CoordinateOptions, type CoordinateResult, coordinate, invite } from './coordinating/coordination.ts';
import { type KeyProtection, readIdentity, unwrapIdentity } from './identity-file.ts';
import { type ImportOptions, type ImportReport, importVolumes } from './import.ts';
import { type FitOptions, fitPlan } from './plan-fitting.ts';
import { type JoinOptions, type JoinResult, joinFederation } from './runs/federated-run.ts';
import { type FinetuneOptions, type FinetuneResult, finetuneAlone } from './runs/finetuning-run.ts';
import { type PretrainOptions, type PretrainResult, pretrainAlone } from './runs/pretraining-run.ts';
import { type SegmentOptions, type SegmentResult, segmentImage } from './runs/segmentation.ts';
import { readSettings } from './settings.ts';

export type { LedgerRecord } from '../storage/ledger.ts';

/** What a window's shell brings along; nothing of it where a site is opened by a command. */
export interface SiteSurroundings {
  keys?: KeyProtection; // absent: the key lies in a file that only this account can read
  launch?: Launch; // of the trainer process; absent: Node forks it
}

/** With what a site computes. */
interface Computing {
  launch?: Launch;
  engine?: EngineChoice;
}

export class Site implements SiteContext {
  readonly folder: SiteFolder;
  readonly identity: Identity;
  readonly trainer: Trainer;
  readonly #launch: Launch | undefined;
  readonly #asked: EngineChoice | undefined;

  private constructor(folder: SiteFolder, identity: Identity, { launch, engine }: Computing) {
    this.folder = folder;
    this.identity = identity;
    this.#launch = launch;
    this.#asked = engine;
    this.trainer = this.openTrainer();
  }

  openTrainer(): Trainer {
    return new Trainer(this.#launch, (plan) => this.engineFor(plan));
  }

  /** What the next job computes with: what the command asked for, else what its plan names, else the site's setting. */
  engineFor(plan: Plan | undefined): EngineChoice {
    const named = plan?.engine === 'auto' ? undefined : plan?.engine;
    return this.#asked ?? named ?? readSettings(this.folder).engine;
  }

  /** Makes a folder a site, with a new key pair. Errors as `createSite`. */
  static create(path: string, name: string): Site {
    createSite(path, name).close();
    return Site.open(path);
  }

  /** `engine`: asked for by a command, before the plan's and the site's. Errors as `openSite` and `readIdentity`. */
  static open(path: string, { engine }: { engine?: EngineChoice } = {}): Site {
    const folder = openSite(path);
    try {
      return new Site(folder, readIdentity(folder.identityFile), { engine });
    } catch (error) {
      folder.close();
      throw error;
    }
  }

  /** As `create`, for a window. */
  static async createGuarded(path: string, name: string, surroundings: SiteSurroundings): Promise<Site> {
    createSite(path, name).close();
    return Site.openGuarded(path, surroundings);
  }

  /** As `open`, for a window: the key is kept by the keychain where there is one. Throws also `site.key-locked`. */
  static async openGuarded(path: string, { keys, launch }: SiteSurroundings): Promise<Site> {
    const folder = openSite(path);
    try {
      const file = folder.identityFile;
      return new Site(folder, keys ? await unwrapIdentity(file, keys) : readIdentity(file), { launch });
    } catch (error) {
      folder.close();
      throw error;
    }
  }

  get name(): string {
    return this.folder.name;
  }

  get fingerprint(): string {
    return this.identity.fingerprint;
  }

  get ledger(): Ledger {
    return this.folder.ledger;
  }

  volumes(): VolumeRecord[] {
    return this.folder.volumes.list();
  }

  models(): Model[] {
    return this.folder.models.list();
  }

  import(paths: string[], options: ImportOptions = {}): Promise<ImportReport> {
    return importVolumes(this.folder, paths, options);
  }

  fitPlan(options?: FitOptions): Promise<FittedPlan> {
    return fitPlan(this, options);
  }

  pretrain(options: PretrainOptions): Promise<PretrainResult> {
    return pretrainAlone(this, options);
  }

  finetune(options: FinetuneOptions): Promise<FinetuneResult> {
    return finetuneAlone(this, options);
  }

  segment(options: SegmentOptions): Promise<SegmentResult> {
    return segmentImage(this, options);
  }

  coordinate(options: CoordinateOptions): Promise<CoordinateResult> {
    return coordinate(this, options);
  }

  invite(address?: { host: string; port: number }): string {
    return invite(this, address);
  }

  join(options: JoinOptions): Promise<JoinResult> {
    return joinFederation(this, options);
  }

  /** Ends the trainer process and closes the folder. */
  async close(): Promise<void> {
    await this.trainer.close();
    this.folder.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
