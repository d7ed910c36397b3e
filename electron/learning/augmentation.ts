/**
 * Augmentation of slices (docs/method.md, section 3): a random rotation, scale and shift, sampled once, then random
 * contrast, brightness and noise. Plain loops over typed arrays, so that every engine sees the same numbers for the
 * same seed.
 */
import type { Augmentation } from '../../shared/plan.ts';
import { gaussian, type Random } from '../../shared/random.ts';

/** What is done to one slice. */
export interface SliceChange {
  rotation: number; // radians, about the slice's centre
  scale: number; // more than 1 enlarges
  shift: [number, number]; // pixels, along x and y
  contrast: number; // factor
  brightness: number; // added after the factor, in standard deviations of the volume
  noise: number; // deviation of the Gaussian noise added to each pixel
}

/** Draws the change of one slice of `side` pixels; every number is uniform within the plan's bounds. */
export function drawChange(bounds: Augmentation, side: number, random: Random): SliceChange {
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

/** Writes the changed slice [side, side] to `target`; beyond its border a slice goes on as its border is. */
export function changeSlice(
  source: Float32Array,
  target: Float32Array,
  side: number,
  change: SliceChange,
  random: Random,
): void {
  forEachSource(side, change, (pixel, x, y) => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const right = Math.min(left + 1, side - 1);
    const bottom = Math.min(top + 1, side - 1);
    const upper = source[top * side + left] * (left + 1 - x) + source[top * side + right] * (x - left);
    const lower = source[bottom * side + left] * (left + 1 - x) + source[bottom * side + right] * (x - left);
    target[pixel] = (upper * (top + 1 - y) + lower * (y - top)) * change.contrast + change.brightness;
  });
  if (change.noise === 0) return;
  for (let pixel = 0; pixel < side * side; pixel++) target[pixel] += change.noise * gaussian(random);
}

/**
 * Moves the classes [side, side] of a slice as `changeSlice` moves its pixels; each takes the nearest pixel's class.
 */
export function changeClasses(source: Uint8Array, target: Uint8Array, side: number, change: SliceChange): void {
  forEachSource(side, change, (pixel, x, y) => {
    target[pixel] = source[Math.round(y) * side + Math.round(x)];
  });
}

/** For every pixel of the changed slice, where it comes from in the unchanged one, held within its border. */
function forEachSource(
  side: number,
  { rotation, scale, shift }: SliceChange,
  visit: (pixel: number, x: number, y: number) => void,
): void {
  const centre = (side - 1) / 2;
  const cosine = Math.cos(rotation) / scale;
  const sine = Math.sin(rotation) / scale;
  const hold = (place: number) => Math.min(Math.max(place, 0), side - 1);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const dx = column - centre - shift[0];
      const dy = row - centre - shift[1];
      visit(row * side + column, hold(centre + cosine * dx + sine * dy), hold(centre - sine * dx + cosine * dy));
    }
  }
}
