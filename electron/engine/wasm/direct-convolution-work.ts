/**
 * What a thread does of a convolution computed as it is defined, and of its filter gradient: some images.
 *
 * Images are worked on in blocks that fit the processor's cache: a block is copied with a border of zeros, and a table
 * lists where each of its pixels begins, so that the inner loops know no edges. The filter is packed in panels of eight
 * output channels. The inner loop holds 4 pixels x 8 channels in registers; the filter gradient holds 4 input x 8
 * output channels and runs over pixels.
 *
 * Results are stored 8 channels and 4 pixels at a time, last channels first. What such a store writes too far, where
 * the numbers don't divide, lies in pixels or channels that are stored later, or in the slack after the thread's own
 * copy.
 */
import {
  add,
  addFour,
  clearBytes,
  constant,
  decrease,
  FunctionBuilder,
  fourZeros,
  get,
  increase,
  load,
  loadFour,
  multiply,
  repeatWhile,
  set,
  shiftLeft,
  store,
  storeFour,
  subtract,
} from './assembler.ts';
import { Blocks } from './blocks.ts';
import type { Routine, ThreadContext } from './thread-context.ts';
import { PANEL, Tile } from './tile.ts';

export const PIXELS = 4; // a tile's rows

/** Convolves `tiles` times four pixels with one panel; `unrolled` input channels a turn must divide their number. */
function convolvePixels(name: string, unrolled: number): FunctionBuilder {
  const f = new FunctionBuilder(name);
  const table = f.parameter('i32');
  const block = f.parameter('i32');
  const panel = f.parameter('i32');
  const out = f.parameter('i32');
  const tiles = f.parameter('i32');
  const side = f.parameter('i32');
  const channels = f.parameter('i32'); // input channels
  const rowSkip = f.parameter('i32'); // bytes from the end of a filter's row to its next row in the block
  const outStride = f.parameter('i32'); // bytes from pixel to pixel
  const pixels = Array.from({ length: PIXELS }, () => f.local('i32'));
  const tile = new Tile(f, PIXELS);
  const at = f.local('i32');
  const rows = f.local('i32');
  const columns = f.local('i32');
  const rest = f.local('i32');

  f.emit(
    repeatWhile(
      get(tiles),
      ...pixels.map((pixel, i) => set(pixel, add(get(block), load(get(table), 4 * i)))),
      ...tile.sums.flat().map((sum) => set(sum, fourZeros)),
      set(at, get(panel)),
      set(rows, get(side)),
      repeatWhile(
        get(rows),
        set(columns, get(side)),
        repeatWhile(
          get(columns),
          set(rest, get(channels)),
          repeatWhile(get(rest), ...tile.addMatrixProduct(pixels, at, unrolled), decrease(rest, constant(unrolled))),
          decrease(columns, constant(1)),
        ),
        ...pixels.map((pixel) => increase(pixel, get(rowSkip))),
        decrease(rows, constant(1)),
      ),
      ...tile.sums.flatMap(([low, high]) => [
        storeFour(get(out), get(low)),
        storeFour(get(out), get(high), 16),
        increase(out, get(outStride)),
      ]),
      increase(table, constant(4 * PIXELS)),
      decrease(tiles, constant(1)),
    ),
  );
  return f;
}

/** Adds to `gradient` [side, side, 4 * inFours, 8 * outPanels] what some pixels of a block give. */
function accumulateFilterGradient(): FunctionBuilder {
  const f = new FunctionBuilder('accumulateFilterGradient');
  const table = f.parameter('i32');
  const block = f.parameter('i32');
  const dy = f.parameter('i32');
  const gradient = f.parameter('i32');
  const pixels = f.parameter('i32');
  const side = f.parameter('i32');
  const inFours = f.parameter('i32');
  const outPanels = f.parameter('i32');
  const pixelBytes = f.parameter('i32'); // of the input
  const rowSkip = f.parameter('i32'); // bytes from the end of a filter's row to its next row in the block
  const dyStride = f.parameter('i32');
  const gradientRow = f.parameter('i32'); // bytes from one input channel to the next
  const rows = f.local('i32');
  const columns = f.local('i32');
  const fours = f.local('i32');
  const panels = f.local('i32');
  const rest = f.local('i32');
  const tap = f.local('i32'); // the block's start, moved by the filter's position
  const input = f.local('i32'); // tap, moved to the four channels
  const entry = f.local('i32');
  const pixel = f.local('i32');
  const dyPanel = f.local('i32');
  const dyPixel = f.local('i32');
  const target = f.local('i32');
  const targetRow = f.local('i32');
  const tile = new Tile(f, 4);

  const accumulate = repeatWhile(
    get(rest),
    set(pixel, add(get(input), load(get(entry)))),
    ...tile.addOuterProduct(pixel, dyPixel),
    increase(entry, constant(4)),
    increase(dyPixel, get(dyStride)),
    decrease(rest, constant(1)),
  );
  const storeTile = tile.sums.flatMap((pair) => [
    ...pair.map((sum, half) =>
      storeFour(get(targetRow), addFour(loadFour(get(targetRow), 16 * half), get(sum)), 16 * half),
    ),
    increase(targetRow, get(gradientRow)),
  ]);
  f.emit(
    set(tap, get(block)),
    set(rows, get(side)),
    repeatWhile(
      get(rows),
      set(columns, get(side)),
      repeatWhile(
        get(columns),
        set(input, get(tap)),
        set(fours, get(inFours)),
        repeatWhile(
          get(fours),
          set(dyPanel, get(dy)),
          set(target, get(gradient)),
          set(panels, get(outPanels)),
          repeatWhile(
            get(panels),
            ...tile.sums.flat().map((sum) => set(sum, fourZeros)),
            set(entry, get(table)),
            set(dyPixel, get(dyPanel)),
            set(rest, get(pixels)),
            accumulate,
            set(targetRow, get(target)),
            ...storeTile,
            increase(dyPanel, constant(4 * PANEL)),
            increase(target, constant(4 * PANEL)),
            decrease(panels, constant(1)),
          ),
          increase(input, constant(16)),
          ...tile.sums.map(() => increase(gradient, get(gradientRow))),
          decrease(fours, constant(1)),
        ),
        increase(tap, get(pixelBytes)),
        decrease(columns, constant(1)),
      ),
      increase(tap, get(rowSkip)),
      decrease(rows, constant(1)),
    ),
  );
  return f;
}

/**
 * One tap of a panel [inputs, 8] of a filter: `lanes` output channels, which are `laneStride` bytes apart, and zeros.
 */
function packTap(): FunctionBuilder {
  const f = new FunctionBuilder('packTap');
  const [filter, inputStride, laneStride, panel, inputs, lanes] = Array.from({ length: 6 }, () => f.parameter('i32'));
  const [from, rest] = [f.local('i32'), f.local('i32')];
  f.emit(
    clearBytes(get(panel), multiply(get(inputs), constant(4 * PANEL))),
    repeatWhile(
      get(inputs),
      set(from, get(filter)),
      set(rest, get(lanes)),
      repeatWhile(
        get(rest),
        store(get(panel), load(get(from))),
        increase(from, get(laneStride)),
        increase(panel, constant(4)),
        decrease(rest, constant(1)),
      ),
      increase(panel, shiftLeft(subtract(constant(PANEL), get(lanes)), constant(2))),
      increase(filter, get(inputStride)),
      decrease(inputs, constant(1)),
    ),
  );
  return f;
}

/** Adds up `parts` times `fours` times four numbers; a part is `partBytes` behind the one before. */
function sumParts(): FunctionBuilder {
  const f = new FunctionBuilder('sumParts');
  const [part, partBytes, parts, out, fours] = Array.from({ length: 5 }, () => f.parameter('i32'));
  const [from, rest] = [f.local('i32'), f.local('i32')];
  const sum = f.local('v128');
  f.emit(
    repeatWhile(
      get(fours),
      set(sum, fourZeros),
      set(from, get(part)),
      set(rest, get(parts)),
      repeatWhile(
        get(rest),
        set(sum, addFour(get(sum), loadFour(get(from)))),
        increase(from, get(partBytes)),
        decrease(rest, constant(1)),
      ),
      storeFour(get(out), get(sum)),
      increase(part, constant(16)),
      increase(out, constant(16)),
      decrease(fours, constant(1)),
    ),
  );
  return f;
}

export const directConvolutionFunctions = [
  packTap(),
  sumParts(),
  convolvePixels('convolveFours', 4),
  convolvePixels('convolveOnes', 1),
  accumulateFilterGradient(),
];

const SEGMENT_BYTES = 32 * 1024; // of input and dy that the filter gradient passes over again and again

/**
 * Calls `work` for each block of x with its first image and its number of images, after it was copied to the thread's
 * area.
 */
function eachBlock(
  { code, area }: ThreadContext,
  x: number,
  blocks: Blocks,
  work: (first: number, images: number) => void,
): void {
  const { border, channels, height, width, paddedImage, paddedWidth } = blocks;
  const rowBytes = 4 * width * channels;
  const borderBytes = 4 * border * channels;
  for (let first = 0; first < blocks.images; first += blocks.size) {
    const images = Math.min(blocks.size, blocks.images - first);
    for (let image = 0; image < images; image++) {
      const from = x + (first + image) * height * rowBytes;
      const to = area + 4 * image * paddedImage;
      const edge = 4 * border * paddedWidth * channels;
      code.clear(to, edge);
      code.copyBordered(from, to + edge, height, rowBytes, borderBytes, borderBytes);
      code.clear(to + 4 * paddedImage - edge, edge);
    }
    work(first, images);
  }
}

/**
 * Some images. Arguments: addresses of x, of the packed filter, of the output and of the table of pixels; images, their
 * height, width and channels, the filter's side, output channels.
 */
const convolveDirect: Routine = (
  context,
  x,
  packed,
  out,
  table,
  images,
  height,
  width,
  channels,
  side,
  outChannels,
) => {
  const blocks = new Blocks([images, height, width, channels], side);
  const run = channels % 4 === 0 ? context.code.convolveFours : context.code.convolveOnes;
  const { pixels } = blocks;
  const stride = 4 * outChannels;
  const panels = Math.ceil(outChannels / PANEL);
  const panelBytes = 4 * side * side * channels * PANEL;
  // Where all stores fit, they go to the output, else to a copy of the block's output with slack.
  const exact = pixels % PIXELS === 0 && outChannels % PANEL === 0;
  const copy = context.area + 4 * blocks.floats;
  eachBlock(context, x, blocks, (first, count) => {
    const place = out + first * pixels * stride;
    const target = exact ? place : copy;
    const tiles = Math.ceil((count * pixels) / PIXELS);
    for (let panel = panels - 1; panel >= 0; panel--) {
      const to = target + 4 * panel * PANEL;
      run(table, context.area, packed + panel * panelBytes, to, tiles, side, channels, blocks.rowSkip(side), stride);
    }
    if (!exact) context.code.copyBordered(copy, place, 1, count * pixels * stride, 0, 0);
  });
};

/** Bytes that `convolveDirect` needs of its area. */
export function convolutionArea(blocks: Blocks, outChannels: number): number {
  return 4 * (blocks.floats + (blocks.size * blocks.pixels + PIXELS) * outChannels + PANEL);
}

/**
 * What some images give of the filter gradient [side, side, 4 * ceil(channels / 4), 8 * ceil(outChannels / 8)], which
 * is set to it. Arguments: addresses of x, dy, the gradient and the table of pixels; then as `convolveDirect`.
 */
const filterGradientDirect: Routine = (
  context,
  ...[x, dy, gradient, table, images, height, width, channels, side, outChannels]
) => {
  const blocks = new Blocks([images, height, width, channels], side);
  const inFours = Math.ceil(channels / 4);
  const outPanels = Math.ceil(outChannels / PANEL);
  context.code.clear(gradient, 4 * side * side * 4 * inFours * PANEL * outPanels);
  const segment = Math.ceil(SEGMENT_BYTES / (4 * (channels + outChannels)));
  eachBlock(context, x, blocks, (first, count) => {
    const slopes = dy + 4 * first * blocks.pixels * outChannels;
    const pixels = count * blocks.pixels;
    for (let start = 0; start < pixels; start += segment) {
      context.code.accumulateFilterGradient(
        table + 4 * start,
        context.area,
        slopes + 4 * start * outChannels,
        gradient,
        Math.min(segment, pixels - start),
        side,
        inFours,
        outPanels,
        4 * channels,
        blocks.rowSkip(side),
        4 * outChannels,
        4 * PANEL * outPanels,
      );
    }
  });
};

/**
 * One panel [taps, inputs, 8] of a filter. Arguments: addresses of the filter's first tap and of the panel; taps, bytes
 * from one to the next, inputs and bytes from one to the next, output channels of the panel and bytes from one to the
 * next.
 */
const packPanel: Routine = ({ code }, filter, panel, taps, tapStride, inputs, inputStride, lanes, laneStride) => {
  for (let tap = 0; tap < taps; tap++) {
    const to = panel + 4 * tap * inputs * PANEL;
    code.packTap(filter + tap * tapStride, inputStride, laneStride, to, inputs, lanes);
  }
};

/**
 * Adds up some numbers of all parts. Arguments: address of the first part's, bytes from part to part, parts, address of
 * the sums, fours.
 */
const sumOfParts: Routine = ({ code }, ...args) => code.sumParts(...args);

export const directConvolutionRoutines = { convolveDirect, filterGradientDirect, packPanel, sumOfParts };
