/** A label map to take away, under a name of its volume. */
import type { ExportedFile } from '../../shared/api/review.ts';
import { writeLabelMapFile } from '../site/label-map-file.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import type { Exports } from './exports.ts';

const ENDING = /\.(nii|nii\.gz|nrrd|mha|mhd|dcm)$/i;
const endings = { nifti: '.nii.gz', 'dicom-seg': '.dcm' };

/** Errors as `writeLabelMapFile`. */
export function exportLabelMap(
  folder: SiteFolder,
  exports: Exports,
  id: string,
  format: 'nifti' | 'dicom-seg',
): Promise<ExportedFile> {
  const map = folder.labelMaps.get(id);
  const volume = folder.volumes.get(map.volume);
  const title = [volume.name, map.name].map((name) => name.replace(ENDING, '')).join(' ');
  return exports.make(title, endings[format], (file) => writeLabelMapFile(folder, id, format, file));
}
