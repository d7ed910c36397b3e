/** A volume as the catalogue's page shows it. */
import { statSync } from 'node:fs';
import type { LabelState, VolumeSummary } from '../../shared/api/volumes.ts';
import type { VolumeRecord } from '../storage/catalogue.ts';

export function summariseVolume(record: VolumeRecord): VolumeSummary {
  const { id, name, source, dicomFiles, grid, labels, importedAt, imageFile, labelFile } = record;
  return {
    id,
    name,
    source,
    isDicom: dicomFiles !== undefined,
    grid,
    bytes: bytesOf(imageFile) + (labels === null ? 0 : bytesOf(labelFile)),
    labelState: stateOf(record),
    labels: labels ?? [],
    importedAt,
    thumbnail: `site/volumes/${id}/thumbnail.png`,
  };
}

/** A label map that is empty teaches nothing. */
function stateOf({ labels }: VolumeRecord): LabelState {
  return labels !== null && labels.length > 0 ? 'labelled' : 'none';
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
