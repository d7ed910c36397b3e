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
  bend: Float32Array | null; // pixels by which control points move, [BENDS, BENDS, 2]: along x and y
  gamma: number; // exponent of the values over their range
  blur: number; // deviation of a Gaussian, pixels
}

const BENDS = 5; // control points along a side

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
    // What earlier versions had not is drawn only where there is some, so that their plans draw the same numbers.
    bend: bounds.bend > 0 ? Float32Array.from({ length: 2 * BENDS ** 2 }, () => within(bounds.bend) * side) : null,
    gamma: bounds.gamma > 0 ? (1 + bounds.gamma) ** (2 * random() - 1) : 1,
    blur: bounds.blur > 0 ? Math.max(0, within(bounds.blur)) : 0,
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
  if (change.blur > 0) blur(target, window.side, change.blur);
  if (change.gamma !== 1) raise(target, change.gamma);
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
  { rotation, scale, shift, bend }: WindowChange,
  visit: (pixel: number, x: number, y: number) => void,
): void {
  const centre = (side - 1) / 2;
  const cosine = Math.cos(rotation) / scale;
  const sine = Math.sin(rotation) / scale;
  const holdX = (x: number) => Math.min(Math.max(place.column + x, 0), frame.width - 1);
  const holdY = (y: number) => Math.min(Math.max(place.row + y, 0), frame.height - 1);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [bentX, bentY] = bend ? bentBy(bend, row / (side - 1), column / (side - 1)) : [0, 0];
      const dx = column - centre - shift[0] + bentX;
      const dy = row - centre - shift[1] + bentY;
      visit(row * side + column, holdX(centre + cosine * dx + sine * dy), holdY(centre - sine * dx + cosine * dy));
    }
  }
}

/** How far the pixel at these shares of the window's height and width is moved, smoothly between the control points. */
function bentBy(bend: Float32Array, down: number, across: number): [number, number] {
  const y = Math.min(down * (BENDS - 1), BENDS - 1 - 1e-6);
  const x = Math.min(across * (BENDS - 1), BENDS - 1 - 1e-6);
  const [top, left] = [Math.floor(y), Math.floor(x)];
  const [below, right] = [smooth(y - top), smooth(x - left)];
  const along = (axis: 0 | 1) => {
    const at = (row: number, column: number) => bend[2 * (row * BENDS + column) + axis];
    const upper = at(top, left) * (1 - right) + at(top, left + 1) * right;
    const lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right;
    return upper * (1 - below) + lower * below;
  };
  return [along(0), along(1)];
}

function smooth(share: number): number {
  return share * share * (3 - 2 * share);
}

/** Raises the values, over their range, to a power; their range stays. */
function raise(values: Float32Array, power: number): void {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const range = most - least;
  if (range === 0) return;
  for (let index = 0; index < values.length; index++) {
    values[index] = ((values[index] - least) / range) ** power * range + least;
  }
}

/** Blurs a window [side, side] by a Gaussian, along rows and then along columns; the border is repeated. */
function blur(values: Float32Array, side: number, deviation: number): void {
  const reach = Math.max(1, Math.ceil(2.5 * deviation));
  const taps = Array.from({ length: 2 * reach + 1 }, (_, tap) =>
    Math.exp(-((tap - reach) ** 2) / (2 * deviation ** 2)),
  );
  const sum = taps.reduce((total, tap) => total + tap, 0);
  const line = new Float32Array(side);
  for (const [step, across] of [
    [1, side],
    [side, 1],
  ]) {
    for (let start = 0; start < side; start++) {
      for (let at = 0; at < side; at++) {
        let value = 0;
        for (let tap = -reach; tap <= reach; tap++) {
          const from = Math.min(side - 1, Math.max(0, at + tap));
          value += taps[tap + reach] * values[start * across + from * step];
        }
        line[at] = value / sum;
      }
      for (let at = 0; at < side; at++) values[start * across + at * step] = line[at];
    }
  }
}
