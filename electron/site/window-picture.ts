/** A picture of what a plan's window shows of a volume: a whole slice, its training labels, and the window's border. */
import { encode } from 'fast-png';
import { rgbOf } from '../../shared/label-colours.ts';
import type { SliceAxis } from '../../shared/volume.ts';
import { drawOverlay, markSquare, squareAround } from '../imaging/overlay.ts';
import type { VolumeRecord } from '../storage/catalogue.ts';
import type { SiteFolder } from '../storage/site-folder.ts';
import { readLabelFile, readSlice } from '../storage/volume-file.ts';
import { cutSlice, mostLabelledSlice, planes } from './slices.ts';
import { displayOf } from './thumbnails.ts';
import { trainable } from './volumes.ts';

const SIDE = 480; // pixels; the form shows it at half that on a dense screen

/** The volume to draw a window on: the first labelled one to learn from, else the first; undefined where there is none. */
export function exampleVolume(folder: SiteFolder): VolumeRecord | undefined {
  const learnable = new Set(trainable(folder).map(({ id }) => id));
  const records = folder.volumes.list().filter(({ id }) => learnable.has(id));
  return records.find(({ labels }) => labels !== null && labels.length > 0) ?? records.at(0);
}

/**
 * PNG of the slice that shows most labels, with a window of `side` mm around them. Errors as `Catalogue.get` and
 * `readVolume`.
 */
export function drawWindowPicture(folder: SiteFolder, id: string, axis: SliceAxis, side: number): Uint8Array {
  const volume = folder.volumes.get(id);
  const { size, spacing } = volume.grid;
  const { across, down, through } = planes[axis];
  const labels = volume.labels === null ? undefined : readLabelFile(volume.labelFile);
  const index = mostLabelledSlice(volume.grid, axis, labels);
  const colours = new Map(folder.labelNames.of(volume.labels ?? []).map(({ label, colour }) => [label, rgbOf(colour)]));
  const slice = {
    size: [size[across], size[down]] as [number, number],
    spacing: [spacing[across], spacing[down]] as [number, number],
    grey: readSlice(volume.imageFile, size, through, index),
    outlines: labels ? [{ labels: cutSlice(labels.voxels, size, axis, index), dashed: false }] : [],
  };
  const longest = Math.max(...slice.size.map((count, at) => count * slice.spacing[at]));
  const square = squareAround(slice, side);
  const region = squareAround({ ...slice, outlines: [] }, Math.max(longest, side)); // all of both
  const picture = drawOverlay(
    slice,
    displayOf(folder, id),
    (label) => colours.get(label) as [number, number, number],
    SIDE,
    region,
  );
  markSquare(picture, region, square);
  return encode({ ...picture, channels: 3, depth: 8 });
}
