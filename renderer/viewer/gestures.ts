/** What a pressed pointer does in a viewport: each tool takes the moves until the button is let go. */
import { type Camera, canvasToPixel, type Frame, panBy, zoomAt } from './frame.ts';
import { axesOf, type CanvasPoint, type Plane, pixelToVoxel, type VoxelPoint, voxelAt } from './planes.ts';
import type { Tool } from './reading.svelte.ts';
import type { Session } from './session.svelte.ts';
import { dragWindow } from './window-level.ts';

export interface Gesture {
  move(at: CanvasPoint): void;
  end(): void;
}

export interface Place {
  session: Session;
  plane: Plane;
  /** As it is now: a gesture that zooms changes it. */
  frame(): Frame;
}

/** The gesture that a tool begins at a point; null where it does all at once, or nothing. */
export function beginGesture(tool: Tool, place: Place, at: CanvasPoint): Gesture | null {
  return { crosshair, scroll, window, zoom, pan, brush, eraser, fill }[tool](place, at);
}

export function voxelUnder({ session, plane, frame }: Place, at: CanvasPoint): VoxelPoint {
  return pixelToVoxel(plane, canvasToPixel(frame(), at), session.reading.sliceOf(plane));
}

function crosshair(place: Place, at: CanvasPoint): Gesture {
  const move = (to: CanvasPoint) => place.session.reading.point(voxelUnder(place, to));
  move(at);
  return { move, end: () => {} };
}

function scroll({ session: { volume, reading }, plane, frame }: Place, at: CanvasPoint): Gesture {
  const begin = reading.sliceOf(plane);
  const perSlice = Math.max(2, (frame().height * 0.8) / volume.grid.size[axesOf[plane].slice]);
  return { move: (to) => reading.goTo(plane, begin + (at.y - to.y) / perSlice), end: () => {} };
}

function window({ session: { volume, reading } }: Place, at: CanvasPoint): Gesture {
  const begin = reading.window;
  const move = (to: CanvasPoint) => {
    reading.window = dragWindow(begin, { x: to.x - at.x, y: to.y - at.y }, volume);
  };
  return { move, end: () => {} };
}

function zoom({ session: { reading }, plane, frame }: Place, at: CanvasPoint): Gesture {
  const begin: Camera = reading.cameras[plane];
  const beginFrame = frame();
  return {
    move: (to) => reading.setCamera(plane, zoomAt(begin, beginFrame, Math.exp((at.y - to.y) / 120), at)),
    end: () => {},
  };
}

function pan({ session: { reading }, plane, frame }: Place, at: CanvasPoint): Gesture {
  const begin = reading.cameras[plane];
  return {
    move: (to) => reading.setCamera(plane, panBy(begin, frame(), { x: to.x - at.x, y: to.y - at.y })),
    end: () => {},
  };
}

function brush(place: Place, at: CanvasPoint): Gesture | null {
  return stroke(place, at, place.session.labels.current);
}

function eraser(place: Place, at: CanvasPoint): Gesture | null {
  return stroke(place, at, 0);
}

function stroke(place: Place, at: CanvasPoint, label: number): Gesture | null {
  const { session, plane } = place;
  const drawing = session.canvas;
  if (!drawing) return null;
  const { diameter, deep } = session.brush;
  drawing.press(label, { plane, radius: diameter / 2, deep }, voxelUnder(place, at));
  return { move: (to) => drawing.move(voxelUnder(place, to)), end: () => drawing.release() };
}

function fill(place: Place, at: CanvasPoint): null {
  const { session, plane } = place;
  const voxel = voxelAt(session.volume.grid, voxelUnder(place, at));
  if (voxel) session.canvas?.fill(session.labels.current, plane, voxel);
  return null;
}
