/** Predicting label maps of the site's volumes with one of its models, volume by volume: what is done stays. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isFault } from '../../../shared/errors.ts';
import type { Progress } from '../../../shared/progress.ts';
import { volumeDice } from '../../../shared/score-summary.ts';
import { labelVersion, type VolumeRecord } from '../../storage/catalogue.ts';
import type { Model } from '../../storage/models.ts';
import type { Run } from '../../storage/runs.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';
import { readLabelFile } from '../../storage/volume-file.ts';
import type { SiteContext } from '../context.ts';
import { performRun } from './perform-run.ts';
import { requireUnet } from './segmentation.ts';

export interface SegmentingOptions {
  model: string; // id of a U-Net
  volumes: string[]; // ids of volumes
  resume?: string; // id of the run to continue, with its own model and volumes
  onRun?: (id: string) => void;
  onProgress?: (progress: Progress) => void; // a step is a volume
  signal?: AbortSignal;
}

export interface SegmentingResult {
  run: string;
  predicted: number; // volumes, in this process
  seconds: number;
}

/**
 * A run that was paused goes on with the volumes that it has not done; those removed meanwhile are passed over. Throws
 * `storage.no-such-model`, `site.not-a-unet`, and `storage.no-such-volume` where none of the volumes is there.
 */
export async function segmentVolumes(site: SiteContext, options: SegmentingOptions): Promise<SegmentingResult> {
  const { folder } = site;
  const model = requireUnet(site, options.model);
  if (!options.volumes.some((id) => volumeIfThere(site, id))) folder.volumes.get(options.volumes[0]); // throws
  const details = { model: model.id, volumes: options.volumes };
  const begun = performance.now();
  const segment = async (run: Run<'segment'>): Promise<SegmentingResult> => {
    const steps = options.volumes.length;
    let predicted = 0;
    for (let step = run.step; step < steps; step++) {
      options.signal?.throwIfAborted();
      options.onProgress?.({ step, steps, message: `volume ${step + 1} of ${steps}` });
      const volume = volumeIfThere(site, options.volumes[step]);
      if (volume) {
        const dice = await predict(site, model, volume, run, options.signal);
        folder.runs.record(run.id, { round: 1, step: step + 1 }, { dice });
        predicted++;
      }
      folder.runs.update(run.id, { step: step + 1 });
    }
    options.onProgress?.({ step: steps, steps });
    return { run: run.id, predicted, seconds: (performance.now() - begun) / 1000 };
  };
  const { resume, onRun } = options;
  const request = { plan: model.plan, details, resume, onRun };
  return performRun(folder, 'segment', (begin) => begin(request, segment));
}

/** Ids of volumes. */
export function volumesSegmentedBy({ labelMaps }: SiteFolder, model: string): Set<string> {
  return new Set(labelMaps.predictionsOf(model).map(({ volume }) => volume));
}

/** Stores the prediction, and its scores where there are training labels. Gives the volume's Dice where it has one. */
async function predict(
  { folder, trainer }: SiteContext,
  model: Model,
  volume: VolumeRecord,
  run: Run,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const { plan, file: weights } = model;
  const out = join(run.folder, 'prediction.safetensors');
  try {
    const { confidence } = await trainer.run(
      'segment',
      { plan, weights, volumes: [{ image: volume.imageFile, out }] },
      { signal, onEngine: (on) => folder.runs.noteComputedOn(run.id, on) },
    );
    const { id } = folder.labelMaps.addPrediction({
      volume: volume.id,
      model: model.id,
      labels: readLabelFile(out),
      confidence: confidence[0],
    });
    if (volume.labels === null) return undefined;
    const pairs = [{ prediction: folder.labelMaps.fileOf(id) as string, reference: volume.labelFile }];
    const reference = labelVersion(volume);
    const [scores] = await trainer.run('evaluate', { pairs, labels: plan.labels }, { signal });
    folder.labelMaps.noteScores(id, { reference, scores });
    return volumeDice(scores) ?? undefined;
  } finally {
    rmSync(out, { force: true });
  }
}

/** Undefined where the volume was removed while the run waited. */
function volumeIfThere({ folder }: SiteContext, id: string): VolumeRecord | undefined {
  try {
    return folder.volumes.get(id);
  } catch (error) {
    if (isFault(error, 'storage.no-such-volume')) return undefined;
    throw error;
  }
}
