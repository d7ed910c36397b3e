/** A volume as the catalogue's page shows it. */
import { statSync } from 'node:fs';
import type { LabelState, VolumeSummary } from '../../../shared/api/volumes.ts';
import type { VolumeRecord } from '../../storage/catalogue.ts';
import type { MapsOverview } from '../../storage/label-maps.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';

export function summariseVolumes({ volumes, labelMaps }: SiteFolder): VolumeSummary[] {
  const maps = labelMaps.overview();
  return volumes.list().map((record) => summariseVolume(record, maps.get(record.id)));
}

function summariseVolume(record: VolumeRecord, maps?: MapsOverview): VolumeSummary {
  const { id, name, source, dicomFiles, grid, labels, importedAt, imageFile, labelFile } = record;
  return {
    id,
    name,
    source,
    isDicom: dicomFiles !== undefined,
    grid,
    bytes: bytesOf(imageFile) + (labels === null ? 0 : bytesOf(labelFile)) + (maps?.bytes ?? 0),
    labelState: stateOf(record, maps),
    labels: labels ?? [],
    importedAt,
    thumbnail: `site/volumes/${id}/thumbnail.png`,
  };
}

/** A label map that is empty teaches nothing. */
function stateOf({ labels }: VolumeRecord, maps?: MapsOverview): LabelState {
  if (labels !== null && labels.length > 0) return 'labelled';
  if (maps?.kinds.has('drawing')) return 'drafted';
  return maps?.kinds.has('prediction') ? 'predicted' : 'none';
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
