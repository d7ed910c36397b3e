/**
 * The main job from end to end: sites pre-train together, fine-tune on a few labels and segment what nobody saw; the
 * methods are compared with the same data, seed and budget. The coordinator and every site are processes of their own.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { FEW } from '../../../shared/distribution.ts';
import type { EngineChoice } from '../../../shared/engine.ts';
import { fault } from '../../../shared/errors.ts';
import { type Plan, planSchema } from '../../../shared/plan.ts';
import { Site } from '../../site/site.ts';
import { type StoredVolume, storedVolumes } from '../../site/volumes.ts';
import { folderPlan, phantomPlan } from './budgets.ts';
import { type Case, splitFolder, splitPhantom } from './cases.ts';
import { drawPicture } from './pictures.ts';
import { reportHtml } from './report.ts';
import { type Method, methods, methodWords, type Results, type RoundResult, roundResults, scoreOf } from './results.ts';
import { type SiteClient, startSite } from './site-client.ts';
import type { JoinSummary } from './site-verbs.ts';
import { Work } from './work.ts';

export interface DemoOptions {
  data?: string; // folder with images/ and labels/; without it, the phantom
  sites: number;
  volumes?: number; // a site
  labels: number[];
  rounds?: number;
  seed: number; // at most 1e9: the sites add their own to it
  out: string;
  federatedFinetuning: boolean;
  engine?: EngineChoice; // named in the plan, so that every site computes with it
  signal: AbortSignal;
  onProgress: (done: number, total: number, words: string) => void;
}

const CURVE_POINTS = 5; // scores along a fine-tuning, the last at its end
const CURVE_VOLUMES = FEW; // held-out volumes that a curve is measured on: of fewer a mean says little
const PICTURES = 3; // held-out volumes that are drawn
const SITE_SEEDS = 1_000_003; // between the seeds of two sites
const STEPS_TOGETHER = 25; // steps between two averages of a federated fine-tuning

/** Writes results.json and report.html, and gives what they say. */
export async function runDemo(options: DemoOptions): Promise<{ results: Results; report: string }> {
  const demo = new Demo(options);
  const stop = () => demo.stop();
  options.signal.addEventListener('abort', stop, { once: true });
  try {
    return await demo.run();
  } finally {
    options.signal.removeEventListener('abort', stop);
    demo.stop();
  }
}

class Demo {
  readonly #options: DemoOptions;
  readonly #begun = performance.now();
  readonly #out: string;
  readonly #plan: Plan;
  readonly #sites: SiteClient[];
  readonly #coordinator: SiteClient;
  readonly #work: Work;
  readonly #rounds: RoundResult[] = [];
  #heldOut: StoredVolume[] = [];

  constructor(options: DemoOptions) {
    const budget = options.data === undefined ? phantomPlan : folderPlan;
    const rounds = options.rounds ?? budget.rounds;
    this.#options = options;
    this.#out = resolve(options.out);
    this.#plan = planSchema.parse({
      ...budget,
      rounds,
      quorum: options.sites,
      seed: options.seed,
      engine: options.engine,
    });
    // All sites compute at once on this one machine: each gets its share of the cores.
    const threads = Math.max(1, Math.floor(availableParallelism() / options.sites));
    this.#sites = Array.from({ length: options.sites }, (_, index) => startSite(`site-${index + 1}`, threads));
    this.#coordinator = startSite('coordinator', threads);
    const trainings = methods.length * options.labels.length * (options.federatedFinetuning ? 2 : 1);
    this.#work = new Work(IMPORT_COST + 2 * PRETRAIN_COST + trainings * FINETUNE_COST, options.onProgress);
  }

  async run(): Promise<{ results: Results; report: string }> {
    const { labels, seed, data, federatedFinetuning, signal } = this.#options;
    const volumes = await this.#import();
    const pretrained = {
      random: { encoders: this.#sites.map(() => 'random'), shared: undefined },
      'federated-without-exchange': await this.#pretrain('federated-without-exchange'),
      fcl: await this.#pretrain('fcl'),
    };
    const results: Results = {
      version: packageJson.version,
      computedOn: [],
      seed,
      data: data === undefined ? 'phantom' : basename(resolve(data)),
      plan: this.#plan,
      sites: this.#sites.map(({ name }, index) => ({ name, volumes: volumes[index] })),
      heldOut: this.#heldOut.length,
      labelCounts: labels,
      rounds: this.#rounds,
      scores: [],
      curves: [],
      seconds: 0,
      memory: [],
    };
    for (const count of labels) {
      for (const method of methods) await this.#finetune(results, method, count, pretrained[method].encoders);
    }
    if (federatedFinetuning) {
      for (const count of labels) {
        for (const method of methods) await this.#finetuneTogether(results, method, count, pretrained[method].shared);
      }
    }
    signal.throwIfAborted();
    results.memory = await Promise.all(
      this.#sites.map(async (site) => ({ site: site.name, ...(await this.#ask(site, site.verbs.memory())) })),
    );
    results.seconds = (performance.now() - this.#begun) / 1000;
    const report = join(this.#out, 'report.html');
    writeFileSync(join(this.#out, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
    writeFileSync(report, reportHtml(results, this.#pictures(results)));
    this.#work.finish();
    return { results, report };
  }

  /** Ends every process, however the demo ended. */
  stop(): void {
    for (const site of [...this.#sites, this.#coordinator]) site.kill();
  }

  async #import(): Promise<number[]> {
    const { data, labels } = this.#options;
    const folder = join(this.#out, 'sites');
    const mark = join(folder, '.made-by-isocenter-demo');
    if (existsSync(folder) && !existsSync(mark)) throw fault('site.demo-folder', { folder: this.#out });
    rmSync(folder, { recursive: true, force: true }); // of an earlier demo, and nobody's own
    mkdirSync(folder, { recursive: true });
    writeFileSync(mark, '');
    writeFileSync(this.#policy, `${JSON.stringify({ allow: ['features', 'weights'] })}\n`);
    this.#work.begin('making volumes and importing them', IMPORT_COST, this.#names);
    const split =
      data === undefined
        ? await splitPhantom(join(this.#out, 'phantom'), this.#options)
        : splitFolder(data, this.#options);
    const fewest = Math.min(...split.sites.map((cases) => cases.length));
    if (Math.max(...labels) > fewest) {
      throw fault('site.too-few-labels', { where: 'data of each site', wanted: Math.max(...labels), found: fewest });
    }
    const sample = data === undefined;
    const files = (cases: Case[]) => [cases.map(({ image }) => image), cases.map(({ labels }) => labels)] as const;
    const heldOut = async () => {
      await using site = Site.create(join(folder, 'held-out'), 'held-out');
      const [images, labels] = files(split.heldOut);
      await site.import(images, { labels, sample });
      return storedVolumes(site.folder);
    };
    const [counts, stored] = await Promise.all([
      this.#each((site, index) =>
        site.verbs.create(join(folder, site.name), site.name, ...files(split.sites[index]), sample),
      ),
      heldOut(),
      this.#ask(
        this.#coordinator,
        this.#coordinator.verbs.create(join(folder, 'coordinator'), 'coordinator', [], [], sample),
      ),
    ]);
    this.#heldOut = stored;
    return counts;
  }

  /** @returns ids of the encoder, at each site and at the coordinator */
  async #pretrain(method: Method): Promise<{ encoders: string[]; shared: string | undefined }> {
    if (this.#plan.rounds === 0) return { encoders: this.#sites.map(() => 'random'), shared: undefined };
    this.#work.begin(`pre-training, ${methodWords[method].title}`, PRETRAIN_COST, this.#names);
    const plan = { ...this.#plan, exchangeFeatures: method === 'fcl' };
    const { summaries, shared } = await this.#federate(plan, undefined, 'all');
    this.#rounds.push(...roundResults(summaries, this.#names, { method, stage: 'pretraining' }));
    return { encoders: summaries.map(({ models }) => models[0]), shared };
  }

  async #finetune(results: Results, method: Method, labels: number, encoders: string[]): Promise<void> {
    const steps = this.#plan.finetuneSteps;
    this.#work.begin(`fine-tuning on ${labels}, ${methodWords[method].title}`, FINETUNE_COST, this.#names);
    await this.#each(async (site, index) => {
      const { model, curve, computedOn } = await site.verbs.finetune({
        labels,
        from: encoders[index],
        // Every site draws its own decoder: with one for all, a mean over sites would be one throw of the dice.
        plan: { ...this.#plan, seed: this.#plan.seed + SITE_SEEDS * (index + 1) },
        validation: this.#heldOut.slice(0, CURVE_VOLUMES),
        validateAt: Array.from({ length: CURVE_POINTS }, (_, point) =>
          Math.round(((point + 1) * steps) / CURVE_POINTS),
        ),
      });
      const found = await site.verbs.score(model, this.#heldOut, this.#predictions(method, labels, site.name));
      results.scores.push(scoreOf(found, { method, finetuning: 'local', labels, site: site.name }));
      for (const { engine, device } of computedOn) {
        const isNoted = results.computedOn.some((one) => one.engine === engine && one.device === device);
        if (!isNoted) results.computedOn.push({ engine, device });
      }
      results.curves.push({ method, labels, site: site.name, points: curve });
    });
  }

  /** The whole U-Net, averaged over rounds: every site ends with the same model, so one score stands for all. */
  async #finetuneTogether(results: Results, method: Method, labels: number, from: string | undefined): Promise<void> {
    this.#work.begin(
      `fine-tuning together on ${labels} each, ${methodWords[method].title}`,
      FINETUNE_COST,
      this.#names,
    );
    const finetuneRounds = Math.max(1, Math.round(this.#plan.finetuneSteps / STEPS_TOGETHER));
    const { summaries } = await this.#federate({ ...this.#plan, rounds: 0, finetuneRounds }, from, labels);
    this.#rounds.push(...roundResults(summaries, this.#names, { method, stage: 'finetuning', labels }));
    const [site] = this.#sites;
    const out = this.#predictions(method, labels, 'all sites');
    const found = await this.#ask(site, site.verbs.score(summaries[0].models[0], this.#heldOut, out));
    results.scores.push(scoreOf(found, { method, finetuning: 'federated', labels, site: 'all sites' }));
  }

  /** One federation from its first round to its last, every site consenting by its policy file. */
  async #federate(
    plan: Plan,
    from: string | undefined,
    labels: number | 'all',
  ): Promise<{ summaries: JoinSummary[]; shared: string | undefined }> {
    const { verbs } = this.#coordinator;
    await this.#ask(this.#coordinator, verbs.coordinate(plan, this.#sites.length, from));
    const invitations: string[] = [];
    for (const _ of this.#sites) invitations.push(await this.#ask(this.#coordinator, verbs.invite()));
    const summaries = await this.#each((site, index) => site.verbs.join(invitations[index], this.#policy, labels));
    const [shared] = await this.#ask(this.#coordinator, verbs.federationEnded());
    return { summaries, shared };
  }

  #pictures({ scores, labelCounts: [labels] }: Results) {
    const [site] = this.#sites;
    return this.#heldOut.slice(0, PICTURES).map((volume, index) =>
      drawPicture(
        volume,
        this.#plan,
        methods.map((method) => ({
          title: methodWords[method].title,
          dice:
            scores.find((score) => score.method === method && score.labels === labels && score.site === site.name)
              ?.volumes[index] ?? null,
          file: join(this.#predictions(method, labels, site.name), `${index}.safetensors`),
        })),
      ),
    );
  }

  #predictions(method: Method, labels: number, site: string): string {
    return join(this.#out, 'predictions', `${method}-${labels}-${site}`);
  }

  get #policy(): string {
    return join(this.#out, 'policy.json');
  }

  get #names(): string[] {
    return this.#sites.map(({ name }) => name);
  }

  /** All sites at once; the first that fails or dies ends the demo. */
  #each<Result>(verb: (site: SiteClient, index: number) => Promise<Result>): Promise<Result[]> {
    return Promise.all(
      this.#sites.map((site, index) => {
        site.onProgress = (fraction) => this.#work.at(site.name, fraction);
        return this.#ask(site, verb(site, index));
      }),
    );
  }

  async #ask<Result>(site: SiteClient, answer: Promise<Result>): Promise<Result> {
    this.#options.signal.throwIfAborted();
    try {
      return await Promise.race([answer, site.died]);
    } catch (error) {
      this.#options.signal.throwIfAborted();
      throw error;
    }
  }
}

// Relative costs, for the progress bar alone.
const IMPORT_COST = 1;
const PRETRAIN_COST = 2;
const FINETUNE_COST = 2;
