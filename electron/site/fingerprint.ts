/** Fingerprints of the site's volumes, each made once and kept in the catalogue, and of all of them together. */
import { setImmediate } from 'node:timers/promises';
import { fault } from '../../shared/errors.ts';
import type { Fingerprint, Intensity, Spread, VolumeFingerprint } from '../../shared/fingerprint.ts';
import type { LabelMap, Volume } from '../../shared/volume.ts';
import { fingerprintOf } from '../imaging/fingerprint.ts';
import { quantile } from '../imaging/quantile.ts';
import type { VolumeRecord } from '../storage/catalogue.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import { readLabelFile, readVolume } from '../storage/volume-file.ts';

/** Makes and keeps the fingerprint of a volume that is in memory anyway. */
export function noteFingerprint(
  { volumes }: SiteFolder,
  { id, series }: VolumeRecord,
  volume: Volume,
  labels?: LabelMap,
): VolumeFingerprint {
  const modality = series?.Modality;
  const fingerprint = fingerprintOf(volume, labels, modality === undefined ? undefined : String(modality));
  volumes.noteFingerprint(id, fingerprint);
  return fingerprint;
}

/**
 * Of these volumes together. Reads those whose fingerprint is not known, or whose labels have changed, and lets others
 * in between. Throws `site.nothing-to-fit` where there are none, and as `readVolume`.
 */
export async function siteFingerprint(folder: SiteFolder, records = folder.volumes.list()): Promise<Fingerprint> {
  if (records.length === 0) throw fault('site.nothing-to-fit', { site: folder.name });
  const found: VolumeFingerprint[] = [];
  for (const record of records) {
    if (record.fingerprint) found.push(record.fingerprint);
    else {
      await setImmediate();
      const labels = record.labels === null ? undefined : readLabelFile(record.labelFile);
      found.push(noteFingerprint(folder, record, readVolume(record.imageFile), labels));
    }
  }
  return combined(found);
}

/** Of volumes together: how each of their numbers is distributed. At least one. */
export function combined(found: VolumeFingerprint[]): Fingerprint {
  const labelled = found.flatMap((one) => one.labelled ?? []);
  const labels = Map.groupBy(
    found.flatMap((one) => one.labels),
    ({ label }) => label,
  );
  return {
    volumes: found.length,
    labelled: labelled.length,
    hounsfield: found.filter(({ hounsfield }) => hounsfield).length,
    size: byAxis(found.map(({ size }) => size)),
    spacing: byAxis(found.map(({ spacing }) => spacing)),
    intensity: intensitySpread(found.map(({ intensity }) => intensity)),
    foreground:
      labelled.length === 0
        ? null
        : {
            extent: byAxis(labelled.map(({ extent }) => extent)),
            slices: byAxis(labelled.map(({ slices }) => slices)),
            intensity: intensitySpread(labelled.map(({ intensity }) => intensity)),
          },
    labels: [...labels]
      .toSorted(([a], [b]) => a - b)
      .map(([label, shown]) => ({
        label,
        volumes: shown.length,
        extent: byAxis(shown.map(({ extent }) => extent)),
        slices: byAxis(shown.map(({ slices }) => slices)),
        smallestPart: Math.min(...shown.map(({ smallestPart }) => smallestPart)),
      })),
  };
}

function byAxis(values: readonly (readonly [number, number, number])[]): [Spread, Spread, Spread] {
  const along = (axis: 0 | 1 | 2) => spread(values.map((each) => each[axis]));
  return [along(0), along(1), along(2)];
}

function intensitySpread(values: Intensity[]): Record<keyof Intensity, Spread> {
  const of = (name: keyof Intensity) => spread(values.map((each) => each[name]));
  return { low: of('low'), median: of('median'), high: of('high'), mean: of('mean'), deviation: of('deviation') };
}

function spread(values: number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  const [low, median, high] = [0.1, 0.5, 0.9].map((fraction) => quantile(sorted, fraction));
  return { low, median, high };
}
