/** A small site at work for the tests of what a window asks: real files, real database, real trainer. */
import { join } from 'node:path';
import type { SiteApi } from '../../shared/api.ts';
import { type Plan, planSchema } from '../../shared/plan.ts';
import { gaussian, seededRandom } from '../../shared/random.ts';
import type { Grid, LabelMap, Volume } from '../../shared/volume.ts';
import { testFolder } from '../../tests/test-folder.ts';
import type { VolumeRecord } from '../storage/catalogue.ts';
import { Workstation } from '../workstation/workstation.ts';

/** A network that trains in seconds on the volumes below. */
export const smallPlan: Plan = planSchema.parse({
  axis: 'axial',
  inputSize: 16,
  levels: 3,
  baseWidth: 4,
  featureLength: 16,
  finetuneSteps: 150,
  finetuneRate: 1e-2,
});

export const smallGrid: Grid = {
  size: [18, 15, 10],
  spacing: [1, 1, 2],
  origin: [-9, -7, 3],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

/** A bright ball with a dark core, labels 1 and 2, on noise; another one for each index. */
export function smallVolume(index: number): { volume: Volume; labels: LabelMap } {
  const random = seededRandom('volume', index);
  const [x, y] = [7 + 3 * random(), 6 + 2 * random()];
  const grids = { grid: smallGrid, sourceGrid: smallGrid };
  const labels = Uint8Array.from({ length: 18 * 15 * 10 }, (_, at) => {
    const radius = Math.hypot((at % 18) - x, (Math.floor(at / 18) % 15) - y, 2 * (Math.floor(at / 270) - 4.5));
    return radius < 2.5 ? 2 : radius < 6 ? 1 : 0;
  });
  const voxels = Float32Array.from(labels, (label) => Math.round(100 + [0, 80, -60][label] + 10 * gaussian(random)));
  return { volume: { ...grids, voxels }, labels: { ...grids, voxels: labels } };
}

export interface TestWorkstation extends AsyncDisposable {
  workstation: Workstation;
  api: SiteApi;
  volumes: VolumeRecord[];
  /** Fine-tunes a U-Net on the labelled volumes; gives its id. */
  train(): Promise<string>;
}

/** The first `labelled` of `count` volumes have training labels. */
export async function makeWorkstation(count: number, labelled: number): Promise<TestWorkstation> {
  const folder = testFolder().path;
  const workstation = new Workstation({ folder: join(folder, 'site') });
  await workstation.create('Riverside');
  const { site } = workstation;
  const volumes = Array.from({ length: count }, (_, index) => {
    const { volume, labels } = smallVolume(index);
    const record = site.folder.volumes.add(volume, { name: `case ${index + 1}`, source: `/scans/${index}.nii` });
    return index < labelled ? site.folder.volumes.attachLabels(record.id, labels, `/labels/${index}.nii`) : record;
  });
  return {
    workstation,
    api: workstation.api,
    volumes,
    train: async () => (await site.finetune({ labels: 'all', from: 'random', plan: smallPlan })).model,
    [Symbol.asyncDispose]: () => workstation.close(),
  };
}
