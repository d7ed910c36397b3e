/** Images cut into blocks that fit the processor's cache, each to be copied with a border of zeros. */

// Of input with its border: a block, its output and a filter panel share a cache of 512 KiB.
const BLOCK_BYTES = 128 * 1024;

/** Some images with the border that a filter of `side` pixels needs, and how they are cut into blocks. */
export class Blocks {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly border: number;
  /** Images in a block, but for the last. */
  readonly size: number;

  /** `shape` is [images, height, width, channels]. */
  constructor(shape: number[], side: number) {
    [this.images, this.height, this.width, this.channels] = shape;
    this.border = (side - 1) / 2;
    this.size = Math.max(1, Math.floor(BLOCK_BYTES / (4 * this.paddedImage)));
  }

  get paddedWidth(): number {
    return this.width + 2 * this.border;
  }

  /** Floats of one image with its border. */
  get paddedImage(): number {
    return (this.height + 2 * this.border) * this.paddedWidth * this.channels;
  }

  /** Floats of a block's copy: four channels may be read where there are fewer. */
  get floats(): number {
    return 4 * Math.ceil((this.size * this.paddedImage + 4) / 4);
  }

  get pixels(): number {
    return this.height * this.width;
  }

  /** Bytes from the end of a filter's row to its next row. */
  rowSkip(side: number): number {
    return 4 * (this.paddedWidth - side) * this.channels;
  }
}
