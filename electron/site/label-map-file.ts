/** A label map of the site as a file, on the grid of the file that its volume came from. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fault } from '../../shared/errors.ts';
import { type SegmentationInfo, writeDicomSegmentation, writeLabelMap } from '../imaging/files.ts';
import type { VolumeRecord } from '../storage/catalogue.ts';
import type { LabelMapRecord } from '../storage/label-map-record.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import { countLabels } from '../storage/volume-file.ts';

/**
 * NIfTI holds grid and voxels and no text. A DICOM segmentation carries the source's patient, as the standard wants.
 * Throws `storage.no-such-label-map`, `site.no-dicom-source`, `site.source-gone`, `site.nothing-labelled`,
 * `imaging.not-written`.
 */
export async function writeLabelMapFile(
  folder: SiteFolder,
  id: string,
  format: 'nifti' | 'dicom-seg',
  file: string,
): Promise<void> {
  const map = folder.labelMaps.get(id);
  if (format === 'nifti') return writeLabelMap(file, folder.labelMaps.read(id));
  const series = sourceOf(folder.volumes.get(map.volume));
  const labelMap = folder.labelMaps.read(id);
  const present = countLabels(labelMap.voxels).map(({ label }) => label);
  if (present.length === 0) throw fault('site.nothing-labelled', { name: map.name });
  const segments = folder.labelNames.of(present).filter(({ label }) => present.includes(label));
  const info = { description: `Isocenter: ${map.name}`.slice(0, 64), segments, ...algorithmOf(basisOf(folder, map)) };
  return writeDicomSegmentation(file, labelMap, series, info);
}

/** The files of the volume's series, all there. */
function sourceOf({ name, dicomFiles }: VolumeRecord): string[] {
  if (!dicomFiles) throw fault('site.no-dicom-source', { name });
  const gone = dicomFiles.find((file) => !existsSync(file));
  if (gone !== undefined) throw fault('site.source-gone', { folder: dirname(gone) });
  return dicomFiles;
}

/** Of training labels that were copied from a label map that is still there: that one. */
function basisOf(folder: SiteFolder, map: LabelMapRecord): LabelMapRecord {
  if (map.kind !== 'training' || map.basis === null) return map;
  return folder.labelMaps.list(map.volume).find(({ id }) => id === map.basis) ?? map;
}

/** DICOM's words: a model's own labels, a person's on a model's, or a person's alone. */
function algorithmOf({ kind, model }: LabelMapRecord): Pick<SegmentationInfo, 'algorithm' | 'algorithmName'> {
  const algorithmName = `Isocenter ${model ?? ''}`.trim();
  if (kind === 'prediction') return { algorithm: 'AUTOMATIC', algorithmName };
  return { algorithm: model === null ? 'MANUAL' : 'SEMIAUTOMATIC', algorithmName };
}
