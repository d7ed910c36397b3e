/**
 * How a slice lies in its viewport: fitted, zoomed, moved and flipped, in millimetres, so that uneven voxels look
 * right.
 */
import type { Grid } from '../../shared/volume.ts';
import { axesOf, type CanvasPoint, type PixelPoint, type Plane } from './planes.ts';

/** What a person changes about the view of a plane. */
export interface Camera {
  zoom: number; // 1: the slice fits the viewport
  pan: { x: number; y: number }; // mm on the screen, from the viewport's middle to the slice's
}

/** `radiological`: the patient's right is on the left of the screen. */
export type Convention = 'radiological' | 'neurological';

export interface Frame {
  width: number; // of the viewport, CSS pixels
  height: number;
  columns: number;
  rows: number;
  columnSpacing: number; // mm
  rowSpacing: number;
  flipColumns: boolean;
  pan: { x: number; y: number };
  pixelsPerMm: number; // CSS pixels
}

export const STILL: Camera = { zoom: 1, pan: { x: 0, y: 0 } };
const ZOOMS = { least: 0.5, most: 40 };
const MARGIN = 0.94; // of the viewport that a fitted slice fills, so that letters stand beside it

/**
 * Rows always run upwards (anterior or superior on top). Columns are flipped in the radiological convention; a sagittal
 * slice has the face on the left in both.
 */
export function frameOf(
  grid: Grid,
  plane: Plane,
  viewport: { width: number; height: number },
  camera: Camera,
  convention: Convention,
): Frame {
  const { column, row } = axesOf[plane];
  const columns = grid.size[column];
  const rows = grid.size[row];
  const columnSpacing = grid.spacing[column];
  const rowSpacing = grid.spacing[row];
  const fit = Math.min(viewport.width / (columns * columnSpacing), viewport.height / (rows * rowSpacing)) * MARGIN;
  return {
    ...viewport,
    columns,
    rows,
    columnSpacing,
    rowSpacing,
    flipColumns: plane === 'sagittal' || convention === 'radiological',
    pan: camera.pan,
    pixelsPerMm: fit * camera.zoom,
  };
}

export function pixelToCanvas(frame: Frame, pixel: PixelPoint): CanvasPoint {
  const sign = frame.flipColumns ? -1 : 1;
  const x = frame.pan.x + sign * (pixel.x - frame.columns / 2) * frame.columnSpacing;
  const y = frame.pan.y - (pixel.y - frame.rows / 2) * frame.rowSpacing;
  return { x: frame.width / 2 + x * frame.pixelsPerMm, y: frame.height / 2 + y * frame.pixelsPerMm };
}

export function canvasToPixel(frame: Frame, point: CanvasPoint): PixelPoint {
  const sign = frame.flipColumns ? -1 : 1;
  const x = (point.x - frame.width / 2) / frame.pixelsPerMm - frame.pan.x;
  const y = (point.y - frame.height / 2) / frame.pixelsPerMm - frame.pan.y;
  return { x: frame.columns / 2 + (sign * x) / frame.columnSpacing, y: frame.rows / 2 - y / frame.rowSpacing };
}

/** Zooms by a factor so that what lies under `at` stays there. */
export function zoomAt(camera: Camera, frame: Frame, factor: number, at: CanvasPoint): Camera {
  const zoom = Math.min(ZOOMS.most, Math.max(ZOOMS.least, camera.zoom * factor));
  const before = frame.pixelsPerMm;
  const after = (before * zoom) / camera.zoom;
  const held = (offset: number, pan: number) => pan + offset / after - offset / before;
  return {
    zoom,
    pan: { x: held(at.x - frame.width / 2, camera.pan.x), y: held(at.y - frame.height / 2, camera.pan.y) },
  };
}

/** Moves the slice by a distance on the screen, and keeps some of it in sight. */
export function panBy(camera: Camera, frame: Frame, by: { x: number; y: number }): Camera {
  const limit = (pixels: number, extent: number) => (pixels / frame.pixelsPerMm + extent) / 2;
  const held = (value: number, most: number) => Math.min(most, Math.max(-most, value));
  return {
    zoom: camera.zoom,
    pan: {
      x: held(camera.pan.x + by.x / frame.pixelsPerMm, limit(frame.width, frame.columns * frame.columnSpacing)),
      y: held(camera.pan.y + by.y / frame.pixelsPerMm, limit(frame.height, frame.rows * frame.rowSpacing)),
    },
  };
}

/** A round length for the scale bar that takes at most `most` CSS pixels. */
export function scaleBar(frame: Frame, most: number): { mm: number; pixels: number } {
  const longest = most / frame.pixelsPerMm;
  const power = 10 ** Math.floor(Math.log10(longest));
  const mm = ([5, 2, 1].find((step) => step * power <= longest) ?? 1) * power;
  return { mm, pixels: mm * frame.pixelsPerMm };
}
