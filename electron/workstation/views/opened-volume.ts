/** A volume and its label maps as the viewer opens them: without a voxel, those come by address. */
import type { LabelMapSummary, OpenedVolume, VoxelType } from '../../../shared/api/viewer.ts';
import { readSettings } from '../../site/settings.ts';
import { displayOf } from '../../site/thumbnails.ts';
import type { LabelMapRecord } from '../../storage/label-map-record.ts';
import type { SiteFolder } from '../../storage/site-folder.ts';
import { voxelPlace } from '../../storage/volume-file.ts';

const types: Record<ReturnType<typeof voxelPlace>['type'], VoxelType> = {
  U8: 'uint8',
  I16: 'int16',
  U16: 'uint16',
  F32: 'float32',
};
const NAMED = [1, 2, 3, 4, 5, 6, 7, 8]; // labels to draw with, whatever is there already

/** Throws `storage.no-such-volume`, and as `readVolume` where the volume's range was not measured yet. */
export function openVolume(folder: SiteFolder, id: string): OpenedVolume {
  const record = folder.volumes.get(id);
  const { least, most, low, high } = displayOf(folder, id);
  const { plan } = readSettings(folder);
  const maps = folder.labelMaps.list(id);
  return {
    id,
    name: record.name,
    isDicom: record.dicomFiles !== undefined,
    grid: record.grid,
    voxelType: types[voxelPlace(record.imageFile).type],
    voxels: `site/volumes/${id}/voxels`,
    least,
    most,
    window: { low, high },
    slices: { axis: plan.axis, partitions: plan.partitions },
    labelNames: folder.labelNames.of([...NAMED, ...plan.labels, ...maps.flatMap(({ labels }) => labels)]),
    note: record.note,
    maps: maps.map(summariseMap),
  };
}

export function summariseMap({ scores, counts, judged, ...map }: LabelMapRecord): LabelMapSummary {
  return { ...map, voxels: `site/maps/${map.id}/voxels` };
}
