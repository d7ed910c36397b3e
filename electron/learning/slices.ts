/** The slices of a volume as the network sees them: resampled, padded, standardised (electron/imaging/prepare.ts). */

export interface SliceStack {
  count: number; // slices, Z
  height: number; // pixels, H, at least those of a window
  width: number; // pixels, W, likewise
  pixels: Float32Array; // [Z, H, W]
}

export interface LabelledSlices extends SliceStack {
  classes: Uint8Array; // [Z, H, W], 0 is background
}

/** Slices that are made when they are asked for, some at a time. */
export interface SliceSource extends Pick<SliceStack, 'count' | 'height' | 'width'> {
  /** [count, H, W] of the slices from `from` on. */
  read(from: number, count: number): Float32Array;
}

/** [H, W] of one slice. */
export function sliceOf<Values extends Float32Array | Uint8Array>(
  { height, width }: SliceStack,
  values: Values,
  slice: number,
): Values {
  return values.subarray(slice * height * width, (slice + 1) * height * width) as Values;
}
