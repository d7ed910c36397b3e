/**
 * Pictures of predictions: the slice that shows most labels (of the training labels, where there are some), the
 * prediction's outlines solid and those of the training labels broken.
 */
import { existsSync } from 'node:fs';
import { encode } from 'fast-png';
import { sha256Hex } from '../../shared/hash.ts';
import { rgbOf } from '../../shared/label-colours.ts';
import type { SliceAxis } from '../../shared/volume.ts';
import { drawOverlay, type Outline } from '../imaging/overlay.ts';
import { writeFileAtomic } from '../storage/atomic-file.ts';
import { labelVersion, type VolumeRecord } from '../storage/catalogue.ts';
import type { LabelMapRecord } from '../storage/label-map-record.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import { readLabelFile, readSlice } from '../storage/volume-file.ts';
import { readSettings } from './settings.ts';
import { cutSlice, mostLabelledSlice, planes } from './slices.ts';
import { displayOf } from './thumbnails.ts';

const SIDE = 320; // pixels; a row of a table shows it smaller on a dense screen

/**
 * The file of a prediction's picture, drawn now where there is none or what it shows has changed. Errors as
 * `readVolume`.
 */
export function reviewPictureFile(folder: SiteFolder, id: string): string {
  const map = folder.labelMaps.get(id);
  const volume = folder.volumes.get(map.volume);
  const colours = folder.labelNames.of([]);
  const shown = JSON.stringify([hasReference(volume, map) ? labelVersion(volume) : '', colours, axisOf(folder, map)]);
  const version = sha256Hex(shown).slice(0, 16);
  const file = folder.labelMaps.pictureFile(id, version);
  if (!existsSync(file)) writeFileAtomic(file, drawReviewPicture(folder, map, SIDE), { durable: false });
  return file;
}

/** PNG of `side` pixels a side. */
export function drawReviewPicture(folder: SiteFolder, map: LabelMapRecord, side: number): Uint8Array {
  const volume = folder.volumes.get(map.volume);
  const { size, spacing } = volume.grid;
  const prediction = folder.labelMaps.read(map.id);
  const reference = hasReference(volume, map) ? readLabelFile(volume.labelFile) : undefined;
  const axis = axisOf(folder, map);
  const { across, down, through } = planes[axis];
  const guide = reference && volume.labels?.length ? reference : prediction;
  const index = mostLabelledSlice(volume.grid, axis, guide); // where there is most to get right
  const cut = (voxels: Uint8Array) => cutSlice(voxels, size, axis, index);
  const outlines: Outline[] = [{ labels: cut(prediction.voxels), dashed: false }];
  if (reference) outlines.push({ labels: cut(reference.voxels), dashed: true });
  const present = outlines.flatMap(({ labels }) => [...new Set(labels)]).filter((label) => label > 0);
  const colours = new Map(folder.labelNames.of(present).map(({ label, colour }) => [label, rgbOf(colour)]));
  const picture = drawOverlay(
    {
      size: [size[across], size[down]],
      spacing: [spacing[across], spacing[down]],
      grey: readSlice(volume.imageFile, size, through, index),
      outlines,
    },
    displayOf(folder, volume.id),
    (label) => colours.get(label) as [number, number, number],
    side,
  );
  return encode({ ...picture, channels: 3, depth: 8 });
}

/**
 * Training labels that are a copy of the prediction itself are none to compare it with. Empty ones are: they say that
 * nothing is there.
 */
export function hasReference(volume: VolumeRecord, map: LabelMapRecord): boolean {
  return volume.labels !== null && volume.labelOrigin?.map !== map.id;
}

/** The axis along which the model saw slices. */
function axisOf(folder: SiteFolder, { model }: LabelMapRecord): SliceAxis {
  const plan = folder.models.list().find(({ id }) => id === model)?.plan ?? readSettings(folder).plan;
  return plan.axis;
}
