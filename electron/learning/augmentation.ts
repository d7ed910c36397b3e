/**
 * Augmentation of windows (docs/method.md, section 3): a random rotation, scale and shift, sampled once, then random
 * contrast, brightness and noise. Plain loops over typed arrays, so that every engine sees the same numbers for the
 * same seed.
 */
import type { Augmentation } from '../../shared/plan.ts';
import { gaussian, type Random } from '../../shared/random.ts';
import type { Frame, Place } from './windows.ts';

/** What is done to one window of a slice. */
export interface WindowChange {
  rotation: number; // radians, about the window's centre
  scale: number; // more than 1 enlarges
  shift: [number, number]; // pixels, along x and y
  contrast: number; // factor
  brightness: number; // added after the factor, in standard deviations of the volume
  noise: number; // deviation of the Gaussian noise added to each pixel
}

/** Draws the change of one window of `side` pixels; every number is uniform within the plan's bounds. */
export function drawChange(bounds: Augmentation, side: number, random: Random): WindowChange {
  const within = (bound: number) => bound * (2 * random() - 1);
  return {
    rotation: (within(bounds.rotation) * Math.PI) / 180,
    scale: 1 + within(bounds.scale),
    shift: [within(bounds.shift) * side, within(bounds.shift) * side],
    contrast: 1 + within(bounds.contrast),
    brightness: within(bounds.brightness),
    noise: bounds.noise,
  };
}

/** Where in a slice a window lies. */
export interface WindowPlace {
  frame: Frame; // of the slice
  place: Place;
  side: number; // of the window, pixels
}

/**
 * Writes the changed window of the slice [H, W] to `target` [side, side]. A window that is turned, shrunk or moved
 * shows what lies beside it; beyond its border a slice goes on as its border is.
 */
export function changeWindow(
  source: Float32Array,
  target: Float32Array,
  window: WindowPlace,
  change: WindowChange,
  random: Random,
): void {
  const { height, width } = window.frame;
  forEachSource(window, change, (pixel, x, y) => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const right = Math.min(left + 1, width - 1);
    const bottom = Math.min(top + 1, height - 1);
    const upper = source[top * width + left] * (left + 1 - x) + source[top * width + right] * (x - left);
    const lower = source[bottom * width + left] * (left + 1 - x) + source[bottom * width + right] * (x - left);
    target[pixel] = (upper * (top + 1 - y) + lower * (y - top)) * change.contrast + change.brightness;
  });
  if (change.noise === 0) return;
  for (let pixel = 0; pixel < target.length; pixel++) target[pixel] += change.noise * gaussian(random);
}

/** Moves the classes of a slice as `changeWindow` moves its pixels; each takes the nearest pixel's class. */
export function changeClasses(source: Uint8Array, target: Uint8Array, window: WindowPlace, change: WindowChange): void {
  forEachSource(window, change, (pixel, x, y) => {
    target[pixel] = source[Math.round(y) * window.frame.width + Math.round(x)];
  });
}

/** For every pixel of the changed window, where it comes from in the unchanged slice, held within its border. */
function forEachSource(
  { frame, place, side }: WindowPlace,
  { rotation, scale, shift }: WindowChange,
  visit: (pixel: number, x: number, y: number) => void,
): void {
  const centre = (side - 1) / 2;
  const cosine = Math.cos(rotation) / scale;
  const sine = Math.sin(rotation) / scale;
  const holdX = (x: number) => Math.min(Math.max(place.column + x, 0), frame.width - 1);
  const holdY = (y: number) => Math.min(Math.max(place.row + y, 0), frame.height - 1);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const dx = column - centre - shift[0];
      const dy = row - centre - shift[1];
      visit(row * side + column, holdX(centre + cosine * dx + sine * dy), holdY(centre - sine * dx + cosine * dy));
    }
  }
}
