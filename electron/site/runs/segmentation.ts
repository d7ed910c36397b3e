/** Segmenting images with a model of the site. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ComputedOn } from '../../../shared/engine.ts';
import { fault } from '../../../shared/errors.ts';
import type { Progress } from '../../../shared/progress.ts';
import type { LabelScores } from '../../../shared/scores.ts';
import type { LabelMap } from '../../../shared/volume.ts';
import type { VolumeFiles } from '../../engine/jobs.ts';
import { readImage, writeLabelMap } from '../../imaging/files.ts';
import { makeTemporaryFolder } from '../../storage/atomic-file.ts';
import type { Model } from '../../storage/models.ts';
import { readLabelFile, writeVolume } from '../../storage/volume-file.ts';
import type { SiteContext } from '../context.ts';

export interface SegmentOptions {
  image: string; // file or DICOM series folder
  model: string; // id of a U-Net
  out: string; // label map file, its format by its extension
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

export interface SegmentResult {
  model: string;
  out: string;
  labels: { label: number; voxels: number; mm3: number }[];
  computedOn: ComputedOn[];
  seconds: number;
}

/** Writes a label map on the image's own grid: same size, spacing, origin and direction. */
export async function segmentImage(site: SiteContext, options: SegmentOptions): Promise<SegmentResult> {
  const { image, out, onProgress, signal } = options;
  const begun = performance.now();
  const model = requireUnet(site, options.model);
  if (!/\.(nii|nii\.gz|nrrd|mha)$/.test(out)) throw fault('site.unknown-ending', { file: out });
  if (!existsSync(dirname(resolve(out)))) throw fault('site.no-folder', { file: out });
  const volume = await readImage(image);
  const folder = makeTemporaryFolder(join(site.folder.path, 'runs')); // pixels stay inside the site's folder
  try {
    const files = { image: join(folder, 'image.safetensors'), out: join(folder, 'labels.safetensors') };
    writeVolume(files.image, volume);
    const computedOn: ComputedOn[] = [];
    await site.trainer.run(
      'segment',
      { plan: model.plan, weights: model.file, volumes: [files] },
      { onProgress, onEngine: (on) => computedOn.push(on), signal },
    );
    const labels = readLabelFile(files.out);
    await writeLabelMap(out, labels);
    return {
      model: model.id,
      out,
      labels: measure(labels, model.plan.labels),
      computedOn,
      seconds: (performance.now() - begun) / 1000,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Segments labelled volumes and scores the result; label maps stay in the folder `out` as `<index>.safetensors`. */
export async function segmentAndScore(
  site: SiteContext,
  modelId: string,
  volumes: VolumeFiles[],
  out: string,
  { onProgress, signal }: { onProgress?: (progress: Progress) => void; signal?: AbortSignal } = {},
): Promise<LabelScores[][]> {
  const model = requireUnet(site, modelId);
  mkdirSync(out, { recursive: true });
  const outputs = volumes.map((_, index) => join(out, `${index}.safetensors`));
  await site.trainer.run(
    'segment',
    {
      plan: model.plan,
      weights: model.file,
      volumes: volumes.map(({ image }, index) => ({ image, out: outputs[index] })),
    },
    { onProgress, signal },
  );
  const pairs = volumes.map(({ id, labels }, index) => {
    if (labels === undefined) throw fault('site.no-reference', { volume: id });
    return { prediction: outputs[index], reference: labels };
  });
  return site.trainer.run('evaluate', { pairs, labels: model.plan.labels }, { signal });
}

/** Throws `storage.no-such-model` or `site.not-a-unet`. */
export function requireUnet(site: SiteContext, id: string): Model {
  const model = site.folder.models.get(id);
  if (model.kind !== 'unet') throw fault('site.not-a-unet', { model: id, site: site.folder.path });
  return model;
}

function measure({ grid, voxels }: LabelMap, labels: number[]): SegmentResult['labels'] {
  const counts = new Array<number>(256).fill(0);
  for (const label of voxels) counts[label]++;
  const [x, y, z] = grid.spacing;
  return labels.map((label) => ({ label, voxels: counts[label], mm3: counts[label] * x * y * z }));
}
