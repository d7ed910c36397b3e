/** What the catalogue shows of a volume's pixels: its range of values and a thumbnail, made once and kept. */
import { existsSync } from 'node:fs';
import { encode } from 'fast-png';
import type { LabelMap, SliceAxis, Volume } from '../../shared/volume.ts';
import { drawSlice, mostLabelledSlice, rangeOf } from '../imaging/thumbnail.ts';
import { writeFileAtomic } from '../storage/atomic-file.ts';
import type { Display, VolumeRecord } from '../storage/catalogue.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import { readLabelFile, readVolume } from '../storage/volume-file.ts';
import { readSettings } from './settings.ts';

const SIDE = 128; // pixels; a row of the catalogue shows it at half that on a dense screen

/** Measures a volume and draws it, while it is in memory anyway. */
export function writeThumbnail(folder: SiteFolder, record: VolumeRecord, volume: Volume, labels?: LabelMap): void {
  const display = record.display ?? rangeOf(volume.voxels);
  if (!record.display) folder.volumes.noteDisplay(record.id, display);
  const { axis } = readSettings(folder).plan;
  writeFileAtomic(record.thumbnailFile, pngOf(volume, axis, display, labels), { durable: false });
}

/** Measured on first need where the volume was imported before this was kept. Throws as `readVolume`. */
export function displayOf(folder: SiteFolder, id: string): Display {
  const record = folder.volumes.get(id);
  if (record.display) return record.display;
  const display = rangeOf(readVolume(record.imageFile).voxels);
  folder.volumes.noteDisplay(id, display);
  return display;
}

/** The thumbnail's file, drawn now where there is none. Throws as `readVolume`. */
export function thumbnailFile(folder: SiteFolder, id: string): string {
  const record = folder.volumes.get(id);
  if (!existsSync(record.thumbnailFile)) {
    const labels = record.labels === null ? undefined : readLabelFile(record.labelFile);
    writeThumbnail(folder, record, readVolume(record.imageFile), labels);
  }
  return record.thumbnailFile;
}

function pngOf(volume: Volume, axis: SliceAxis, display: Display, labels?: LabelMap): Uint8Array {
  const slice = mostLabelledSlice(volume.grid, axis, labels);
  const { width, height, pixels } = drawSlice(volume, axis, slice, display, SIDE);
  return encode({ width, height, data: pixels, channels: 1, depth: 8 });
}
