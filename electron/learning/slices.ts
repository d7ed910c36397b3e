/** A prepared volume as learning sees it: square slices along the plan's axis. */
export interface SliceStack {
  count: number; // slices, Z
  side: number; // pixels
  pixels: Float32Array; // [Z, side, side], standardised to mean 0 and deviation 1
}

/** A slice stack with the class of every pixel: 0 is background, c is the plan's c-th label. */
export interface LabelledSlices extends SliceStack {
  classes: Uint8Array; // [Z, side, side]
}
