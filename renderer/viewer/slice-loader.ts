/**
 * Cornerstone's image loader over voxel arrays. A viewport has one image for each array that it shows, which moves from
 * slice to slice: Cornerstone keeps its look-up table with the image, and nothing is put into its global cache.
 */
import cornerstone, { type Image } from 'cornerstone-core';
import type { SliceSource } from './slice-source.ts';
import type { ValueWindow } from './window-level.ts';

const SCHEME = 'slice';
const images = new Map<string, SliceImage>();
let made = 0;

export class SliceImage {
  readonly source: SliceSource;
  readonly #key = String(made++);
  readonly #values: { least: number; most: number };
  #slice = 0;
  #window: ValueWindow = { low: 0, high: 1 };
  readonly #image: Image;

  /** `values`: the least and greatest of the whole array. */
  constructor(source: SliceSource, values: { least: number; most: number }) {
    if (images.size === 0) cornerstone.registerImageLoader(SCHEME, load);
    images.set(this.#key, this);
    this.source = source;
    this.#values = values;
    this.#image = this.#make();
  }

  /** The image of a slice, as the loader gives it. The window matters only to values that are no whole numbers. */
  at(slice: number, window: ValueWindow): Promise<Image> {
    const rest = this.isShaded ? `:${window.low}:${window.high}` : '';
    this.#window = window;
    return cornerstone.loadImage(`${SCHEME}:${this.#key}:${slice}${rest}`);
  }

  /**
   * Cornerstone looks values up in a table, which cannot list fractions: those become 256 shades of the window first.
   */
  get isShaded(): boolean {
    return this.source.voxels instanceof Float32Array;
  }

  move(imageId: string, slice: number): Image {
    this.#slice = slice;
    this.#image.imageId = imageId;
    return this.#image;
  }

  release(): void {
    images.delete(this.#key);
  }

  #make(): Image {
    const { columns, rows, columnSpacing, rowSpacing } = this.source;
    const { least, most } = this.isShaded ? { least: 0, most: 255 } : this.#values;
    const getPixelData = () =>
      this.isShaded ? this.source.shades(this.#slice, this.#window) : this.source.read(this.#slice);
    return {
      imageId: '',
      minPixelValue: least,
      maxPixelValue: most,
      slope: 1,
      intercept: 0,
      windowCenter: (least + most) / 2,
      windowWidth: Math.max(1, most - least),
      getPixelData: getPixelData as unknown as Image['getPixelData'],
      rows,
      columns,
      height: rows,
      width: columns,
      color: false,
      columnPixelSpacing: columnSpacing,
      rowPixelSpacing: rowSpacing,
      invert: false,
      sizeInBytes: 0,
    } as unknown as Image;
  }
}

function load(imageId: string) {
  const [, key, slice] = imageId.split(':');
  const image = images.get(key);
  const promise = image
    ? Promise.resolve(image.move(imageId, Number(slice)))
    : Promise.reject(new Error(`no volume shows ${imageId}`));
  return { promise, cancelFn: undefined };
}
