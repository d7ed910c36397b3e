/**
 * Windows: the squares of `side` pixels in which the network sees a slice. Training draws them anywhere; segmentation
 * lays them over the whole slice, so that no pixel is out of sight.
 */
import { type Random, randomInteger } from '../../shared/random.ts';

/** The size of what windows lie in, each side at least that of a window. */
export interface Frame {
  height: number; // pixels
  width: number; // pixels
}

/** A pixel of a frame; of a window, its first one. */
export interface Place {
  row: number;
  column: number;
}

const LEAST_WEIGHT = 1e-4;

/** A window anywhere in the frame, each place as likely. Nothing is drawn along a side on which there is but one. */
export function drawPlace({ height, width }: Frame, side: number, random: Random): Place {
  const along = (size: number) => (size > side ? randomInteger(random, size - side + 1) : 0);
  return { row: along(height), column: along(width) };
}

/** A window that shows this pixel, anywhere in it, each place as likely. Draws as `drawPlace`. */
export function drawPlaceAround({ height, width }: Frame, side: number, pixel: Place, random: Random): Place {
  const along = (size: number, at: number) => {
    if (size <= side) return 0;
    const least = Math.max(0, at - side + 1);
    const most = Math.min(size - side, at);
    return least + randomInteger(random, most - least + 1);
  };
  return { row: along(height, pixel.row), column: along(width, pixel.column) };
}

/** First pixels of windows that cover a side evenly, neighbours overlapping by at least half. */
export function windowStarts(size: number, side: number): number[] {
  if (size <= side) return [0];
  const gaps = Math.ceil((size - side) / (side / 2));
  return Array.from({ length: gaps + 1 }, (_, index) => Math.round((index * (size - side)) / gaps));
}

/** The windows that cover a frame. */
export function placesOver({ height, width }: Frame, side: number): Place[] {
  return windowStarts(height, side).flatMap((row) => windowStarts(width, side).map((column) => ({ row, column })));
}

/** Copies the window of a slice [H, W] to `target` [side, side]. */
export function cutWindow(
  slice: Float32Array,
  { width }: Frame,
  place: Place,
  side: number,
  target: Float32Array,
): void {
  for (let row = 0; row < side; row++) {
    const start = (place.row + row) * width + place.column;
    target.set(slice.subarray(start, start + side), row * side);
  }
}

/**
 * How much a window's pixels count where windows overlap, [side, side]: a Gaussian about its middle with a deviation of
 * an eighth of its side, never nothing, since a network knows least of what it sees at the border (Isensee et al.,
 * Nature Methods 2021).
 */
export function windowWeights(side: number): Float32Array {
  const deviation = side / 8;
  const along = Float64Array.from({ length: side }, (_, pixel) =>
    Math.exp(-((pixel - (side - 1) / 2) ** 2) / (2 * deviation ** 2)),
  );
  return Float32Array.from({ length: side * side }, (_, pixel) =>
    Math.max(LEAST_WEIGHT, along[Math.floor(pixel / side)] * along[pixel % side]),
  );
}
