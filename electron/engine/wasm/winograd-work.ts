/**
 * What a thread does of convolution by Winograd's F(4x4, 3x3) and of its filter gradient (see winograd-functions.ts). An image is
 * cut into rows of tiles, counted through all images; tiles at the edges reach beyond it, where the image is zero.
 */
import type { Hands, Routine } from './tasks.ts';
import { FREQUENCIES, LANES, PATCH, TILE } from './winograd-functions.ts';

const CACHE_BYTES = 384 * 1024; // of transformed tiles and their products that a thread works on at once
const LEAST_TILES = 32; // at once: each frequency's filter is read once for so many
const SEGMENT_BYTES = 48 * 1024; // of tiles that the filter gradient passes over again and again
const ONE = 1; // from which the transforms make their factors
const ROWS = 8; // tiles that are multiplied together

/** Rows and columns of tiles of an image. */
export function tilesOf(height: number, width: number): { rows: number; columns: number } {
  return { rows: Math.ceil(height / TILE), columns: Math.ceil(width / TILE) };
}

/** Rows of tiles that are worked on at once. */
function rowsAtOnce(columns: number, channels: number, outChannels: number): number {
  const tiles = Math.max(LEAST_TILES, CACHE_BYTES / (4 * FREQUENCIES * (channels + outChannels)));
  return Math.max(1, Math.floor(tiles / columns));
}

/** Tiles with those that fill the last group. */
function filled(tiles: number): number {
  return ROWS * Math.ceil(tiles / ROWS);
}

/**
 * Copies the rows of an image that a row of tiles needs to `strip`, with zeros where the image ends, in rows of `stripWidth` pixels;
 * `border` pixels lie before the first tile.
 */
function copyStrip(
  { code }: Hands,
  image: number,
  strip: number,
  tileRow: number,
  border: number,
  [height, width, channels]: [number, number, number],
  stripWidth: number,
): void {
  const pixelBytes = 4 * channels;
  const rowBytes = stripWidth * pixelBytes;
  const top = tileRow * TILE - border;
  const rows = TILE + 2 * border;
  const from = Math.max(0, top);
  const until = Math.min(height, top + rows);
  code.clear(strip, (from - top) * rowBytes);
  const rest = (stripWidth - border - width) * pixelBytes;
  const to = strip + (from - top) * rowBytes;
  code.copyBordered(image + from * width * pixelBytes, to, until - from, width * pixelBytes, border * pixelBytes, rest);
  code.clear(strip + (until - top) * rowBytes, (rows - (until - top)) * rowBytes);
}

/** Where transformed tiles stand: the first one's address, and bytes from one frequency and tile to the next. */
interface Transformed {
  address: number;
  frequencyBytes: number;
  tileBytes: number;
}

/**
 * Bytes from one frequency to the next of so many floats each: a little more than these, because distances that are powers of two
 * meet in the same few places of a cache.
 */
export function frequencyBytes(floats: number): number {
  return 4 * floats + 192;
}

/** Transforms rows of tiles of x with 6 x 6 inputs a tile, the first to address `to`; `strip` holds 6 rows with their border. */
function transformInput(
  hands: Hands,
  x: number,
  first: number,
  rows: number,
  [height, width, channels]: [number, number, number],
  strip: number,
  to: Transformed,
): void {
  const tiles = tilesOf(height, width);
  const stripWidth = TILE * tiles.columns + 2;
  for (let row = 0; row < rows; row++) {
    const image = Math.floor((first + row) / tiles.rows);
    const tileRow = (first + row) % tiles.rows;
    const from = x + 4 * image * height * width * channels;
    copyStrip(hands, from, strip, tileRow, 1, [height, width, channels], stripWidth);
    const target = to.address + row * tiles.columns * to.tileBytes;
    hands.code.transformInput(
      strip,
      4 * stripWidth * channels,
      4 * channels,
      target,
      to.frequencyBytes,
      to.tileBytes,
      tiles.columns,
      channels / LANES,
      ONE,
    );
  }
}

/** As `transformInput`, of dy with 4 x 4 slopes a tile. */
function transformSlopes(
  hands: Hands,
  dy: number,
  first: number,
  rows: number,
  [height, width, channels]: [number, number, number],
  strip: number,
  to: Transformed,
): void {
  const tiles = tilesOf(height, width);
  const exact = height % TILE === 0 && width % TILE === 0;
  const stripWidth = TILE * tiles.columns;
  for (let row = 0; row < rows; row++) {
    const image = dy + 4 * Math.floor((first + row) / tiles.rows) * height * width * channels;
    const tileRow = (first + row) % tiles.rows;
    const target = to.address + row * tiles.columns * to.tileBytes;
    if (!exact) copyStrip(hands, image, strip, tileRow, 0, [height, width, channels], stripWidth);
    const from = exact ? image + 4 * tileRow * TILE * width * channels : strip;
    hands.code.transformSlopes(
      from,
      4 * stripWidth * channels,
      4 * channels,
      target,
      to.frequencyBytes,
      to.tileBytes,
      tiles.columns,
      channels / LANES,
      ONE,
    );
  }
}

/** Bytes of a thread's area for the strip of rows with their border. */
function stripBytes(width: number, channels: number): number {
  return 64 * Math.ceil((4 * PATCH * (TILE * Math.ceil(width / TILE) + 2) * channels) / 64);
}

/**
 * Some rows of tiles and some panels of output channels. Arguments: addresses of x, of the transformed filter and of the output; the
 * first row of tiles and their number, the first panel and their number; height, width, channels, output channels.
 */
const convolveWinograd: Routine = (
  hands,
  ...[x, filter, out, firstRow, rowCount, firstPanel, panels, height, width, channels, outChannels]
) => {
  const { code, wide } = hands;
  const tiles = tilesOf(height, width);
  const atOnce = rowsAtOnce(tiles.columns, channels, panels * LANES);
  const most = filled(Math.min(atOnce, rowCount) * tiles.columns);
  const exact = height % TILE === 0 && width % TILE === 0;
  const strip = hands.area;
  const inputStep = frequencyBytes(most * channels);
  const input = strip + stripBytes(width, channels);
  const products = input + FREQUENCIES * inputStep;
  const productStep = frequencyBytes(most * panels * LANES);
  const partial = products + FREQUENCIES * productStep; // a row of tiles that reaches beyond the image
  const panelBytes = 4 * channels * LANES;
  const productBytes = 4 * panels * LANES; // of a tile and a frequency
  const transformed = { address: input, frequencyBytes: inputStep, tileBytes: 4 * channels };
  for (let row = firstRow; row < firstRow + rowCount; row += atOnce) {
    const rows = Math.min(atOnce, firstRow + rowCount - row);
    transformInput(hands, x, row, rows, [height, width, channels], strip, transformed);
    (wide ? code.multiplyEights : code.multiplyFours)(
      input,
      4 * channels,
      inputStep,
      filter + firstPanel * panelBytes,
      frequencyBytes(channels * outChannels),
      products,
      productBytes,
      productStep,
      FREQUENCIES,
      filled(rows * tiles.columns) / (wide ? 8 : 4),
      channels,
      panels,
    );
    for (let i = 0; i < rows; i++) {
      const image = Math.floor((row + i) / tiles.rows);
      const tileRow = (row + i) % tiles.rows;
      const from = products + i * tiles.columns * productBytes;
      const place = out + 4 * ((image * height + tileRow * TILE) * width * outChannels + firstPanel * LANES);
      const [to, toRow, toPixel] = exact
        ? [place, 4 * width * outChannels, 4 * outChannels]
        : [partial, TILE * tiles.columns * productBytes, productBytes];
      code.transformOutput(to, toRow, toPixel, from, productStep, productBytes, tiles.columns, panels, ONE);
      for (let y = 0; !exact && y < Math.min(TILE, height - tileRow * TILE); y++) {
        code.copyRows(to + y * toRow, place + 4 * y * width * outChannels, width, toPixel, toPixel, 4 * outChannels);
      }
    }
  }
};

/** Bytes that `convolveWinograd` needs of its area for so many rows of tiles and panels. */
export function convolutionArea(rowCount: number, panels: number, width: number, channels: number): number {
  const columns = Math.ceil(width / TILE);
  const tiles = filled(Math.min(rowsAtOnce(columns, channels, panels * LANES), rowCount) * columns);
  const partial = TILE * TILE * columns * panels * LANES;
  const transformed = frequencyBytes(tiles * channels) + frequencyBytes(tiles * panels * LANES);
  return stripBytes(width, channels) + FREQUENCIES * transformed + 4 * partial;
}

/** The filter [9, inputs, outputs] as the input gradient wants it: [9, outputs, inputs], the last tap first. Arguments: addresses of both; the tap, inputs, outputs. */
const flipFilter: Routine = (hands, filter, flipped, tap, inputs, outputs) => {
  const numbers = hands.floats();
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

/** Transforms a filter's panels. Arguments: addresses of the filter and of the transformed one; the first panel and their number; inputs, outputs. */
const transformFilter: Routine = ({ code }, filter, transformed, first, count, inputs, outputs) => {
  const step = frequencyBytes(inputs * outputs);
  for (let panel = first; panel < first + count; panel++) {
    const to = transformed + 4 * panel * inputs * LANES;
    code.transformFilter(filter + 4 * panel * LANES, 4 * inputs * outputs, 4 * outputs, to, step, inputs, ONE);
  }
};

/**
 * Transforms some rows of tiles of x and of dy. Arguments: addresses of both; where the first of these rows goes for both, and bytes
 * from one frequency to the next; the first row and their number; height, width, channels, output channels.
 */
const transformPair: Routine = (
  hands,
  ...[x, dy, input, inputStep, slopes, slopeStep, first, rows, height, width, channels, outChannels]
) => {
  const transformedInput = { address: input, frequencyBytes: inputStep, tileBytes: 4 * channels };
  transformInput(hands, x, first, rows, [height, width, channels], hands.area, transformedInput);
  const transformedSlopes = { address: slopes, frequencyBytes: slopeStep, tileBytes: 4 * outChannels };
  transformSlopes(hands, dy, first, rows, [height, width, outChannels], hands.area, transformedSlopes);
};

/** Bytes that `transformPair` needs of its area. */
export function pairArea(width: number, channels: number, outChannels: number): number {
  return stripBytes(width, Math.max(channels, outChannels));
}

/**
 * Adds to the sums [channels, outChannels] of one frequency what some tiles give. Arguments: addresses of the first tile's inputs
 * and slopes of that frequency, and of the sums; tiles, channels, output channels.
 */
const multiplyPair: Routine = ({ code, wide }, input, slopes, sums, tiles, channels, outChannels) => {
  const height = wide ? 8 : 4;
  const run = height === 8 ? code.accumulateEights : code.accumulateFours;
  const segment = Math.max(LEAST_TILES, Math.floor(SEGMENT_BYTES / (4 * (channels + outChannels))));
  const [inputBytes, slopeBytes] = [4 * channels, 4 * outChannels];
  for (let from = 0; from < tiles; from += segment) {
    const count = Math.min(segment, tiles - from);
    const [a, b] = [input + from * inputBytes, slopes + from * slopeBytes];
    run(a, inputBytes, b, slopeBytes, sums, count, channels / height, outChannels / LANES);
  }
};

/** Turns some of the slopes [36, inputs, outputs] into those of the filter [9, inputs, outputs]. Arguments: addresses of both, all numbers of a frequency, the first eight of them and how many eights. */
const transformFilterSlopes: Routine = ({ code }, slopes, filter, numbers, first, eights) => {
  code.transformFilterSlopes(
    slopes + 32 * first,
    frequencyBytes(numbers),
    filter + 32 * first,
    4 * numbers,
    eights,
    ONE,
  );
};

export const winogradRoutines = {
  convolveWinograd,
  flipFilter,
  transformFilter,
  transformPair,
  multiplyPair,
  transformFilterSlopes,
};
