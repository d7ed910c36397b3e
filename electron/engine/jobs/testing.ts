/**
 * A small site for the tests of the jobs: stored volumes of a made-up organ, a plan, weights, and a context that
 * listens.
 */
import { join } from 'node:path';
import type { FeatureBatch } from '../../../shared/features.ts';
import { type Plan, planSchema } from '../../../shared/plan.ts';
import type { Progress } from '../../../shared/progress.ts';
import { gaussian, seededRandom } from '../../../shared/random.ts';
import type { Grid } from '../../../shared/volume.ts';
import { writeLabelFile, writeVolume } from '../../storage/volume-file.ts';
import type { FinetuneJob, PretrainJob, VolumeFiles } from '../jobs.ts';
import { testEngine } from '../testing.ts';
import { createJobs } from './index.ts';
import { initialise } from './initialise.ts';

export const plan: Plan = planSchema.parse({
  axis: 'axial',
  inputSize: 16,
  levels: 3,
  baseWidth: 4,
  featureLength: 16,
  bankSize: 32,
  sampledFeatures: 32,
  volumesPerStep: 2,
  stepsPerRound: 5,
  finetuneRate: 5e-3,
});

export interface TestSite {
  folder: string;
  volumes: VolumeFiles[];
  path(name: string): string;
}

/** `count` volumes in the folder, of 18 x 15 x 10 voxels: a bright ball with a dark core, labels 1 and 2, on noise. */
export function makeSite(folder: string, count: number): TestSite {
  const path = (name: string) => join(folder, name);
  const grid: Grid = {
    size: [18, 15, 10],
    spacing: [1, 1, 2],
    origin: [-9, -7, 3],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const volumes = Array.from({ length: count }, (_, index): VolumeFiles => {
    const random = seededRandom('volume', index);
    const [x, y] = [7 + 3 * random(), 6 + 2 * random()];
    const labels = Uint8Array.from({ length: 18 * 15 * 10 }, (_, at) => {
      const radius = Math.hypot((at % 18) - x, (Math.floor(at / 18) % 15) - y, 2 * (Math.floor(at / 270) - 4.5));
      return radius < 2.5 ? 2 : radius < 6 ? 1 : 0;
    });
    const voxels = Float32Array.from(labels, (label) => 100 + [0, 80, -60][label] + 10 * gaussian(random));
    const files = { id: `v${index}`, image: path(`v${index}.image`), labels: path(`v${index}.labels`) };
    writeVolume(files.image, { grid, sourceGrid: grid, voxels });
    writeLabelFile(files.labels, { grid, sourceGrid: grid, voxels: labels });
    return files;
  });
  return { folder, volumes, path };
}

/** Jobs that report to `progress`; `stopAfter` cancels once so many steps are done; it saves after every step. */
export function listeningJobs({ stopAfter = Number.POSITIVE_INFINITY, saveEvery = 0 } = {}) {
  const progress: Progress[] = [];
  const stopping = new AbortController();
  const jobs = createJobs({
    report: (each) => {
      progress.push(each);
      if (each.step >= stopAfter) stopping.abort();
    },
    signal: () => stopping.signal,
    engine: () => testEngine,
    computing: () => {},
    saveEvery,
  });
  return { jobs, progress };
}

/** Unit vectors drawn from `seed`, four of each partition. */
export function remoteBatch(seed: number): FeatureBatch {
  const random = seededRandom('remote', seed);
  const rows = Array.from({ length: 16 }, () => {
    const row = Array.from({ length: plan.featureLength }, () => gaussian(random));
    const norm = Math.hypot(...row);
    return row.map((value) => value / norm);
  });
  const partitions = Uint8Array.from(rows, (_, row) => row % 4);
  return { count: 16, length: plan.featureLength, vectors: Float32Array.from(rows.flat()), partitions };
}

/** A pre-training job whose state and results carry `name`; writes the weights that it begins with. */
export function pretrainJob(site: TestSite, name: string, changes: Partial<PretrainJob> = {}): PretrainJob {
  const weights = site.path('encoder-start');
  initialise({ plan: changes.plan ?? plan, parts: ['encoder', 'projection'], out: weights });
  return {
    plan,
    round: 1,
    seed: 5,
    volumes: site.volumes,
    weights,
    state: site.path(`${name}.state`),
    remote: [remoteBatch(1)],
    out: site.path(`${name}.out`),
    ...changes,
  };
}

/** As `pretrainJob`, for fine-tuning of the first volume. */
export function finetuneJob(site: TestSite, name: string, changes: Partial<FinetuneJob> = {}): FinetuneJob {
  const weights = site.path('unet-start');
  initialise({ plan: changes.plan ?? plan, parts: ['encoder', 'decoder'], out: weights });
  return {
    plan,
    seed: 5,
    volumes: site.volumes.slice(0, 1),
    weights,
    fromStep: 0,
    steps: 6,
    state: site.path(`${name}.state`),
    out: site.path(`${name}.out`),
    ...changes,
  };
}
