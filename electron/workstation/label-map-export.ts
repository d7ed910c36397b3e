/** A label map as a file to take away, on the grid of the file that its volume came from. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ExportedFile } from '../../shared/api/review.ts';
import { fault } from '../../shared/errors.ts';
import { type SegmentationInfo, writeDicomSegmentation, writeLabelMap } from '../imaging/files.ts';
import type { VolumeRecord } from '../storage/catalogue.ts';
import type { LabelMapRecord } from '../storage/label-map-record.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import { countLabels } from '../storage/volume-file.ts';
import type { Exports } from './exports.ts';

const ENDING = /\.(nii|nii\.gz|nrrd|mha|mhd|dcm)$/i;

/**
 * NIfTI holds grid and voxels and no text. A DICOM segmentation carries the source's patient, as the standard wants. Throws
 * `storage.no-such-label-map`, `site.no-dicom-source`, `site.source-gone`, `site.nothing-labelled`, `imaging.not-written`.
 */
export async function exportLabelMap(
  folder: SiteFolder,
  exports: Exports,
  id: string,
  format: 'nifti' | 'dicom-seg',
): Promise<ExportedFile> {
  const map = folder.labelMaps.get(id);
  const volume = folder.volumes.get(map.volume);
  const title = [volume.name, map.name].map((name) => name.replace(ENDING, '')).join(' ');
  const labels = () => folder.labelMaps.read(id);
  if (format === 'nifti') return exports.make(title, '.nii.gz', (file) => writeLabelMap(file, labels()));
  const series = sourceOf(volume);
  const labelMap = labels();
  const present = countLabels(labelMap.voxels).map(({ label }) => label);
  if (present.length === 0) throw fault('site.nothing-labelled', { name: map.name });
  const segments = folder.labelNames.of(present).filter(({ label }) => present.includes(label));
  const info = { description: `Isocenter: ${map.name}`.slice(0, 64), segments, ...algorithmOf(basisOf(folder, map)) };
  return exports.make(title, '.dcm', (file) => writeDicomSegmentation(file, labelMap, series, info));
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
