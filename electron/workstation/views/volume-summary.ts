/** A volume as the catalogue's page shows it. */
import { statSync } from 'node:fs';
import type { LabelState, VolumeSummary } from '../../../shared/api/volumes.ts';
import type { VolumeRecord } from '../../storage/catalogue.ts';
import type { MapsOverview } from '../../storage/label-maps.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';

export function summariseVolumes({ volumes, cohorts, labelMaps }: SiteFolder): VolumeSummary[] {
  const maps = labelMaps.overview();
  const all = cohorts.list();
  return volumes.list().map((record) => {
    const names = all.filter(({ contents }) => contents.has(record.contentHash)).map(({ name }) => name);
    return summariseVolume(record, names, maps.get(record.id));
  });
}

function summariseVolume(record: VolumeRecord, cohorts: string[], maps?: MapsOverview): VolumeSummary {
  const { id, name, source, sample, dicomFiles, grid, labels, importedAt, imageFile, labelFile } = record;
  return {
    id,
    name,
    source,
    isDicom: dicomFiles !== undefined,
    sample,
    cohorts,
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
