/**
 * What a thread does of convolution by Winograd's tiles and of its filter gradient (see winograd-schemes.ts). An image
 * is cut into rows of tiles, counted through all images; tiles at the edges reach beyond it, where the image is zero.
 */
import type { Routine, ThreadContext } from './thread-context.ts';
import { PANEL } from './tile.ts';

const CACHE_BYTES = 384 * 1024; // of transformed tiles and their products that a thread works on at once
const LEAST_TILES = 32; // at once: each frequency's filter is read once for so many
const SEGMENT_BYTES = 48 * 1024; // of tiles that the filter gradient passes over again and again
const ONE = 1; // from which the transforms make their factors
const ROWS = 8; // tiles that are multiplied together

/** How images of one size are cut into tiles: 4 or 3 pixels a side, whichever takes fewer multiplications. */
export class Tiling {
  readonly height: number;
  readonly width: number;
  readonly tile: number;
  readonly frequencies: number;
  readonly rows: number; // of tiles in an image
  readonly columns: number;
  /** No tile reaches beyond the image. */
  readonly exact: boolean;

  constructor(height: number, width: number) {
    const multiplications = (tile: number) => Math.ceil(height / tile) * Math.ceil(width / tile) * (tile + 2) ** 2;
    this.height = height;
    this.width = width;
    this.tile = multiplications(3) < multiplications(4) ? 3 : 4;
    this.frequencies = (this.tile + 2) ** 2;
    this.rows = Math.ceil(height / this.tile);
    this.columns = Math.ceil(width / this.tile);
    this.exact = height % this.tile === 0 && width % this.tile === 0;
  }

  /** Rows of tiles that a thread works on at once. */
  rowsAtOnce(channels: number, outChannels: number): number {
    const tiles = Math.max(LEAST_TILES, CACHE_BYTES / (4 * this.frequencies * (channels + outChannels)));
    return Math.max(1, Math.floor(tiles / this.columns));
  }
}

/** Tiles with those that fill the last group. */
function filled(tiles: number): number {
  return ROWS * Math.ceil(tiles / ROWS);
}

/**
 * Copies the rows of an image that a row of tiles needs to `strip`, with zeros where the image ends and `border` pixels
 * around the tiles. Gives the bytes of a row of the strip.
 */
function copyStrip(
  { code }: ThreadContext,
  image: number,
  strip: number,
  tileRow: number,
  border: number,
  channels: number,
  { height, width, tile, columns }: Tiling,
): number {
  const pixelBytes = 4 * channels;
  const rowBytes = (tile * columns + 2 * border) * pixelBytes;
  const top = tileRow * tile - border;
  const rows = tile + 2 * border;
  const from = Math.max(0, top);
  const until = Math.min(height, top + rows);
  code.clear(strip, (from - top) * rowBytes);
  const rest = rowBytes - (border + width) * pixelBytes;
  const to = strip + (from - top) * rowBytes;
  code.copyBordered(image + from * width * pixelBytes, to, until - from, width * pixelBytes, border * pixelBytes, rest);
  code.clear(strip + (until - top) * rowBytes, (rows - (until - top)) * rowBytes);
  return rowBytes;
}

/** Where transformed tiles stand: the first one's address, and bytes from one frequency and tile to the next. */
interface Transformed {
  address: number;
  frequencyBytes: number;
  tileBytes: number;
}

/**
 * Bytes from one frequency to the next of so many floats each: a little more than these, because distances that are
 * powers of two meet in the same few places of a cache.
 */
export function frequencyBytes(floats: number): number {
  return 4 * floats + 192;
}

/** Transforms rows of tiles of x; `strip` holds the rows of one with their border. */
function transformInput(
  context: ThreadContext,
  x: number,
  first: number,
  rows: number,
  channels: number,
  tiling: Tiling,
  strip: number,
  to: Transformed,
): void {
  const { height, width, tile, columns } = tiling;
  const transform = context.code[`transformInput${tile}`];
  for (let row = 0; row < rows; row++) {
    const image = x + 4 * Math.floor((first + row) / tiling.rows) * height * width * channels;
    const rowBytes = copyStrip(context, image, strip, (first + row) % tiling.rows, 1, channels, tiling);
    const target = to.address + row * columns * to.tileBytes;
    const eights = channels / PANEL;
    transform(strip, rowBytes, 4 * channels, target, to.frequencyBytes, to.tileBytes, columns, eights, ONE);
  }
}

/** As `transformInput`, of dy. */
function transformSlopes(
  context: ThreadContext,
  dy: number,
  first: number,
  rows: number,
  channels: number,
  tiling: Tiling,
  strip: number,
  to: Transformed,
): void {
  const { height, width, tile, columns, exact } = tiling;
  const transform = context.code[`transformSlopes${tile}`];
  for (let row = 0; row < rows; row++) {
    const image = dy + 4 * Math.floor((first + row) / tiling.rows) * height * width * channels;
    const tileRow = (first + row) % tiling.rows;
    const target = to.address + row * columns * to.tileBytes;
    const [from, rowBytes] = exact
      ? [image + 4 * tileRow * tile * width * channels, 4 * width * channels]
      : [strip, copyStrip(context, image, strip, tileRow, 0, channels, tiling)];
    const eights = channels / PANEL;
    transform(from, rowBytes, 4 * channels, target, to.frequencyBytes, to.tileBytes, columns, eights, ONE);
  }
}

/** Bytes of a thread's area for the strip of rows with their border. */
function stripBytes({ tile, columns }: Tiling, channels: number): number {
  return 64 * Math.ceil((4 * (tile + 2) * (tile * columns + 2) * channels) / 64);
}

/**
 * Some rows of tiles and some panels of output channels. Arguments: addresses of x, of the transformed filter and of
 * the output; the first row of tiles and their number, the first panel and their number; height, width, channels,
 * output channels.
 */
const convolveWinograd: Routine = (
  context,
  ...[x, filter, out, firstRow, rowCount, firstPanel, panels, height, width, channels, outChannels]
) => {
  const { code, wide } = context;
  const tiling = new Tiling(height, width);
  const { tile, frequencies, columns, exact } = tiling;
  const transformOutput = code[`transformOutput${tile}`];
  const atOnce = tiling.rowsAtOnce(channels, panels * PANEL);
  const most = filled(Math.min(atOnce, rowCount) * columns);
  const strip = context.area;
  const inputStep = frequencyBytes(most * channels);
  const input = strip + stripBytes(tiling, channels);
  const products = input + frequencies * inputStep;
  const productStep = frequencyBytes(most * panels * PANEL);
  const partial = products + frequencies * productStep; // a row of tiles that reaches beyond the image
  const panelBytes = 4 * channels * PANEL;
  const productBytes = 4 * panels * PANEL; // of a tile and a frequency
  const transformed = { address: input, frequencyBytes: inputStep, tileBytes: 4 * channels };
  for (let row = firstRow; row < firstRow + rowCount; row += atOnce) {
    const rows = Math.min(atOnce, firstRow + rowCount - row);
    transformInput(context, x, row, rows, channels, tiling, strip, transformed);
    (wide ? code.multiplyEights : code.multiplyFours)(
      input,
      4 * channels,
      inputStep,
      filter + firstPanel * panelBytes,
      frequencyBytes(channels * outChannels),
      products,
      productBytes,
      productStep,
      frequencies,
      filled(rows * columns) / (wide ? 8 : 4),
      channels,
      panels,
    );
    for (let i = 0; i < rows; i++) {
      const image = Math.floor((row + i) / tiling.rows);
      const tileRow = (row + i) % tiling.rows;
      const from = products + i * columns * productBytes;
      const place = out + 4 * ((image * height + tileRow * tile) * width * outChannels + firstPanel * PANEL);
      const [to, toRow, toPixel] = exact
        ? [place, 4 * width * outChannels, 4 * outChannels]
        : [partial, tile * columns * productBytes, productBytes];
      transformOutput(to, toRow, toPixel, from, productStep, productBytes, columns, panels, ONE);
      for (let y = 0; !exact && y < Math.min(tile, height - tileRow * tile); y++) {
        code.copyRows(to + y * toRow, place + 4 * y * width * outChannels, width, toPixel, toPixel, 4 * outChannels);
      }
    }
  }
};

/** Bytes that `convolveWinograd` needs of its area for so many rows of tiles and panels. */
export function convolutionArea(tiling: Tiling, rowCount: number, panels: number, channels: number): number {
  const rows = Math.min(tiling.rowsAtOnce(channels, panels * PANEL), rowCount);
  const tiles = filled(rows * tiling.columns);
  const partial = tiling.tile ** 2 * tiling.columns * panels * PANEL;
  const transformed = frequencyBytes(tiles * channels) + frequencyBytes(tiles * panels * PANEL);
  return stripBytes(tiling, channels) + tiling.frequencies * transformed + 4 * partial;
}

/**
 * The filter [9, inputs, outputs] as the input gradient wants it: [9, outputs, inputs], the last tap first. Arguments:
 * addresses of both; the tap, inputs, outputs.
 */
const flipFilter: Routine = (context, filter, flipped, tap, inputs, outputs) => {
  const numbers = context.floats();
  const from = filter / 4 + tap * inputs * outputs;
  const to = flipped / 4 + (8 - tap) * inputs * outputs;
  const side = 8; // in squares that stay in the cache
  for (let i = 0; i < inputs; i += side) {
    for (let o = 0; o < outputs; o++) {
      for (let k = i; k < Math.min(i + side, inputs); k++)
        numbers[to + o * inputs + k] = numbers[from + k * outputs + o];
    }
  }
};

/**
 * Transforms a filter's panels. Arguments: addresses of the filter and of the transformed one; the first panel and
 * their number; inputs, outputs; the side of a tile.
 */
const transformFilter: Routine = ({ code }, filter, transformed, first, count, inputs, outputs, tile) => {
  const step = frequencyBytes(inputs * outputs);
  const transform = code[`transformFilter${tile}`];
  for (let panel = first; panel < first + count; panel++) {
    const to = transformed + 4 * panel * inputs * PANEL;
    transform(filter + 4 * panel * PANEL, 4 * inputs * outputs, 4 * outputs, to, step, inputs, ONE);
  }
};

/**
 * What some rows of tiles give of the sums [frequencies, channels, outChannels], which are set to it. Arguments:
 * addresses of x, of dy and of the sums; the first row and their number; height, width, channels, output channels.
 */
const sumPairs: Routine = (context, x, dy, sums, firstRow, rowCount, height, width, channels, outChannels) => {
  const tiling = new Tiling(height, width);
  const { frequencies, columns } = tiling;
  const atOnce = Math.min(rowCount, tiling.rowsAtOnce(channels, outChannels));
  const [inputStep, slopeStep] = [channels, outChannels].map((count) => frequencyBytes(atOnce * columns * count));
  const sumStep = frequencyBytes(channels * outChannels);
  const input = context.area + pairArea(tiling, channels, outChannels);
  const slopes = input + frequencies * inputStep;
  context.code.clear(sums, frequencies * sumStep);
  for (let row = firstRow; row < firstRow + rowCount; row += atOnce) {
    const rows = Math.min(atOnce, firstRow + rowCount - row);
    transformPair(context, x, dy, input, inputStep, slopes, slopeStep, row, rows, height, width, channels, outChannels);
    for (let f = 0; f < frequencies; f++) {
      const [a, b, to] = [input + f * inputStep, slopes + f * slopeStep, sums + f * sumStep];
      multiplyPair(context, a, b, to, rows * columns, channels, outChannels);
    }
  }
};

/** Bytes that `sumPairs` needs of its area. */
export function sumPairsArea(tiling: Tiling, rowCount: number, channels: number, outChannels: number): number {
  const tiles = Math.min(rowCount, tiling.rowsAtOnce(channels, outChannels)) * tiling.columns;
  const transformed = frequencyBytes(tiles * channels) + frequencyBytes(tiles * outChannels);
  return pairArea(tiling, channels, outChannels) + tiling.frequencies * transformed;
}

/**
 * Transforms some rows of tiles of x and of dy. Arguments: addresses of both; where the first of these rows goes for
 * both, and bytes from one frequency to the next; the first row and their number; height, width, channels, output
 * channels.
 */
const transformPair: Routine = (
  context,
  ...[x, dy, input, inputStep, slopes, slopeStep, first, rows, height, width, channels, outChannels]
) => {
  const transformedInput = { address: input, frequencyBytes: inputStep, tileBytes: 4 * channels };
  const tiling = new Tiling(height, width);
  transformInput(context, x, first, rows, channels, tiling, context.area, transformedInput);
  const transformedSlopes = { address: slopes, frequencyBytes: slopeStep, tileBytes: 4 * outChannels };
  transformSlopes(context, dy, first, rows, outChannels, tiling, context.area, transformedSlopes);
};

/** Bytes that `transformPair` needs of its area. */
export function pairArea(tiling: Tiling, channels: number, outChannels: number): number {
  return stripBytes(tiling, Math.max(channels, outChannels));
}

/**
 * Adds to the sums [channels, outChannels] of one frequency what some tiles give. Arguments: addresses of the first
 * tile's inputs and slopes of that frequency, and of the sums; tiles, channels, output channels.
 */
const multiplyPair: Routine = ({ code, wide }, input, slopes, sums, tiles, channels, outChannels) => {
  const height = wide ? 8 : 4;
  const run = height === 8 ? code.accumulateEights : code.accumulateFours;
  const segment = Math.max(LEAST_TILES, Math.floor(SEGMENT_BYTES / (4 * (channels + outChannels))));
  const [inputBytes, slopeBytes] = [4 * channels, 4 * outChannels];
  for (let from = 0; from < tiles; from += segment) {
    const count = Math.min(segment, tiles - from);
    const [a, b] = [input + from * inputBytes, slopes + from * slopeBytes];
    run(a, inputBytes, b, slopeBytes, sums, count, channels / height, outChannels / PANEL);
  }
};

/**
 * Turns some of the slopes [frequencies, inputs, outputs] into those of the filter [9, inputs, outputs]. Arguments:
 * addresses of both, all numbers of a frequency, the first eight of them and how many eights; the side of a tile.
 */
const transformFilterSlopes: Routine = ({ code }, slopes, filter, numbers, first, eights, tile) => {
  const transform = code[`transformFilterSlopes${tile}`];
  transform(slopes + 32 * first, frequencyBytes(numbers), filter + 32 * first, 4 * numbers, eights, ONE);
};

export const winogradRoutines = {
  convolveWinograd,
  flipFilter,
  transformFilter,
  sumPairs,
  transformPair,
  multiplyPair,
  transformFilterSlopes,
};
