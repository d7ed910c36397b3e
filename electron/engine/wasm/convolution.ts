/**
 * Convolution of stride 1 that keeps the size ('same'), with square filters of 1 or 3 pixels, and both its gradients.
 *
 * Images are worked on in blocks that fit the processor's cache: a block is copied with a border of zeros, and a table
 * lists where each of its pixels begins, so that the inner loops know no edges. The filter is packed in panels of eight
 * output channels. The inner loop holds 4 pixels x 8 channels in registers; the input gradient is the same convolution
 * of dy with the filter flipped and transposed; the filter gradient holds 4 input x 8 output channels and runs over pixels.
 *
 * Results are stored 8 channels and 4 pixels at a time, last channels first. What such a store writes too far, where the
 * numbers don't divide, lies in pixels or channels that are stored later, or in the slack after the output.
 */
import * as tf from '@tensorflow/tfjs';
import {
  add,
  addFour,
  type Code,
  constant,
  decrease,
  FunctionBuilder,
  fourZeros,
  get,
  increase,
  load,
  loadFour,
  loadSplat,
  multiplyAdd,
  repeatWhile,
  set,
  storeFour,
} from './assembler.ts';
import type { Machine } from './machine.ts';

const PIXELS = 4; // a tile's rows
const PANEL = 8; // a tile's columns: output channels, two registers of four
const BLOCK_BYTES = 128 * 1024; // of input with its border: a block, its output and a filter panel share a cache of 512 KiB
const SEGMENT_BYTES = 32 * 1024; // of input and dy that the filter gradient passes over again and again

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
  const sums = pixels.map(() => [f.local('v128'), f.local('v128')]);
  const weights = [f.local('v128'), f.local('v128')];
  const value = f.local('v128');
  const at = f.local('i32');
  const rows = f.local('i32');
  const columns = f.local('i32');
  const rest = f.local('i32');

  const channelSteps: Code[] = [];
  for (let step = 0; step < unrolled; step++) {
    channelSteps.push(...weights.map((four, half) => set(four, loadFour(get(at), 32 * step + 16 * half))));
    pixels.forEach((pixel, i) => {
      channelSteps.push(set(value, loadSplat(get(pixel), 4 * step)));
      channelSteps.push(...sums[i].map((sum, half) => set(sum, multiplyAdd(get(value), get(weights[half]), get(sum)))));
    });
  }
  f.emit(
    repeatWhile(
      get(tiles),
      ...pixels.map((pixel, i) => set(pixel, add(get(block), load(get(table), 4 * i)))),
      ...sums.flat().map((sum) => set(sum, fourZeros)),
      set(at, get(panel)),
      set(rows, get(side)),
      repeatWhile(
        get(rows),
        set(columns, get(side)),
        repeatWhile(
          get(columns),
          set(rest, get(channels)),
          repeatWhile(
            get(rest),
            ...channelSteps,
            ...pixels.map((pixel) => increase(pixel, constant(4 * unrolled))),
            increase(at, constant(4 * PANEL * unrolled)),
            decrease(rest, constant(unrolled)),
          ),
          decrease(columns, constant(1)),
        ),
        ...pixels.map((pixel) => increase(pixel, get(rowSkip))),
        decrease(rows, constant(1)),
      ),
      ...sums.flatMap(([low, high]) => [
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
  const sums = Array.from({ length: 4 }, () => [f.local('v128'), f.local('v128')]);
  const slopes = [f.local('v128'), f.local('v128')];
  const value = f.local('v128');

  const accumulate = repeatWhile(
    get(rest),
    set(pixel, add(get(input), load(get(entry)))),
    ...slopes.map((four, half) => set(four, loadFour(get(dyPixel), 16 * half))),
    ...sums.flatMap((pair, channel) => [
      set(value, loadSplat(get(pixel), 4 * channel)),
      ...pair.map((sum, half) => set(sum, multiplyAdd(get(value), get(slopes[half]), get(sum)))),
    ]),
    increase(entry, constant(4)),
    increase(dyPixel, get(dyStride)),
    decrease(rest, constant(1)),
  );
  const storeTile = sums.flatMap((pair) => [
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
            ...sums.flat().map((sum) => set(sum, fourZeros)),
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
          ...sums.map(() => increase(gradient, get(gradientRow))),
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

export const convolutionFunctions = [
  convolvePixels('convolveFours', 4),
  convolvePixels('convolveOnes', 1),
  accumulateFilterGradient(),
];

/** One image batch with the border that a filter of `side` pixels needs, and how it is cut into blocks. */
class Blocks {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly border: number;
  /** Images in a block, but for the last. */
  readonly size: number;

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

  get pixels(): number {
    return this.height * this.width;
  }

  /** Bytes from the end of a filter's row to its next row. */
  rowSkip(side: number): number {
    return 4 * (this.paddedWidth - side) * this.channels;
  }
}

const tables = new WeakMap<Machine, Map<string, number>>();

/** Address of the byte offsets at which a block's pixels begin, seen from the corner of the filter. */
function pixelTable(machine: Machine, blocks: Blocks): number {
  const known = tables.get(machine) ?? new Map<string, number>();
  tables.set(machine, known);
  const key = [blocks.height, blocks.width, blocks.channels, blocks.border].join('x');
  let address = known.get(key);
  if (address === undefined) {
    const count = blocks.size * blocks.pixels;
    address = machine.scratch(`table ${key}`, 4 * (count + PIXELS)); // a tile may read beyond the last pixel
    const table = machine.integers().subarray(address / 4);
    for (let at = 0, image = 0; image < blocks.size; image++) {
      for (let y = 0; y < blocks.height; y++) {
        for (let x = 0; x < blocks.width; x++, at++) {
          table[at] = 4 * (image * blocks.paddedImage + (y * blocks.paddedWidth + x) * blocks.channels);
        }
      }
    }
    table.fill(0, count, count + PIXELS);
    known.set(key, address);
  }
  return address;
}

/** Calls `work` for each block with the address of its padded copy, its first image and its number of images. */
function eachBlock(
  machine: Machine,
  x: tf.TensorInfo,
  blocks: Blocks,
  work: (block: number, first: number, images: number) => void,
): void {
  const { border, channels, height, width, paddedImage, paddedWidth } = blocks;
  const block = machine.scratch('block', 4 * (blocks.size * paddedImage + 4)); // four channels may be read where there are fewer
  const floats = machine.floats();
  const start = block / 4;
  const source = machine.address(x) / 4;
  const row = width * channels;
  // Copies touch the inside alone, so the border is cleared once.
  if (border > 0) floats.fill(0, start, start + blocks.size * paddedImage);
  for (let first = 0; first < blocks.images; first += blocks.size) {
    const images = Math.min(blocks.size, blocks.images - first);
    if (border === 0) {
      floats.copyWithin(start, source + first * paddedImage, source + (first + images) * paddedImage);
    } else {
      for (let image = 0; image < images; image++) {
        let from = source + (first + image) * height * row;
        let to = start + image * paddedImage + (border * paddedWidth + border) * channels;
        for (let y = 0; y < height; y++, from += row, to += paddedWidth * channels) {
          floats.copyWithin(to, from, from + row);
        }
      }
    }
    work(block, first, images);
  }
}

/** Where the weight from input channel k to output channel n at tap t stands: start + t * tap + k * input + n * output. */
interface FilterOrder {
  start: number;
  tap: number;
  input: number;
  output: number;
}

/** Panels [ceil(outChannels / 8), taps, inChannels, 8], zero beyond the last output channel. */
function packFilter(
  machine: Machine,
  filter: tf.TensorInfo,
  order: FilterOrder,
  taps: number,
  inChannels: number,
  outChannels: number,
): number {
  const panels = Math.ceil(outChannels / PANEL);
  const packed = machine.scratch('filter', 4 * panels * taps * inChannels * PANEL);
  const floats = machine.floats();
  const source = machine.address(filter) / 4 + order.start;
  let to = packed / 4;
  for (let panel = 0; panel < panels; panel++) {
    const filled = Math.min(PANEL, outChannels - panel * PANEL);
    for (let tap = 0; tap < taps; tap++) {
      let from = source + tap * order.tap + panel * PANEL * order.output;
      for (let k = 0; k < inChannels; k++, from += order.input, to += PANEL) {
        for (let lane = 0; lane < filled; lane++) floats[to + lane] = floats[from + lane * order.output];
        for (let lane = filled; lane < PANEL; lane++) floats[to + lane] = 0;
      }
    }
  }
  return packed;
}

function convolve(
  machine: Machine,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  order: FilterOrder,
  outChannels: number,
): tf.TensorInfo {
  const side = filter.shape[0];
  const taps = side * side;
  const blocks = new Blocks(x.shape, side);
  const { channels, pixels } = blocks;
  const slack = 4 * (PIXELS * outChannels + PANEL);
  const out = machine.output([blocks.images, blocks.height, blocks.width, outChannels], slack);
  const table = pixelTable(machine, blocks);
  const packed = packFilter(machine, filter, order, taps, channels, outChannels);
  const run = machine.function(channels % 4 === 0 ? 'convolveFours' : 'convolveOnes');
  const stride = 4 * outChannels;
  eachBlock(machine, x, blocks, (block, first, images) => {
    const target = machine.address(out) + first * pixels * stride;
    const tiles = Math.ceil((images * pixels) / PIXELS);
    for (let panel = Math.ceil(outChannels / PANEL) - 1; panel >= 0; panel--) {
      const weights = packed + 4 * panel * taps * channels * PANEL;
      const to = target + 4 * panel * PANEL;
      run(table, block, weights, to, tiles, side, channels, blocks.rowSkip(side), stride);
    }
  });
  return out;
}

function filterGradient(machine: Machine, x: tf.TensorInfo, dy: tf.TensorInfo, filterShape: number[]): tf.TensorInfo {
  const [side, , inChannels, outChannels] = filterShape;
  const taps = side * side;
  const inFours = Math.ceil(inChannels / 4);
  const outPanels = Math.ceil(outChannels / PANEL);
  const exact = inChannels % 4 === 0 && outChannels % PANEL === 0;
  const padded = taps * 4 * inFours * PANEL * outPanels;
  const blocks = new Blocks(x.shape, side);
  const out = machine.output(filterShape);
  const table = pixelTable(machine, blocks);
  const gradient = exact ? machine.address(out) : machine.scratch('gradient', 4 * padded);
  machine.floats().fill(0, gradient / 4, gradient / 4 + padded);

  const segment = Math.ceil(SEGMENT_BYTES / (4 * (inChannels + outChannels)));
  const run = machine.function('accumulateFilterGradient');
  eachBlock(machine, x, blocks, (block, first, images) => {
    const slopes = machine.address(dy) + 4 * first * blocks.pixels * outChannels;
    const pixels = images * blocks.pixels;
    for (let start = 0; start < pixels; start += segment) {
      run(
        table + 4 * start,
        block,
        slopes + 4 * start * outChannels,
        gradient,
        Math.min(segment, pixels - start),
        side,
        inFours,
        outPanels,
        4 * inChannels,
        blocks.rowSkip(side),
        4 * outChannels,
        4 * PANEL * outPanels,
      );
    }
  });

  if (!exact) {
    const floats = machine.floats();
    let to = machine.address(out) / 4;
    for (let tap = 0; tap < taps; tap++) {
      for (let k = 0; k < inChannels; k++, to += outChannels) {
        const from = gradient / 4 + (tap * 4 * inFours + k) * PANEL * outPanels;
        floats.copyWithin(to, from, from + outChannels);
      }
    }
  }
  return out;
}

/** Whether a convolution is one of those this file computes. */
function fits(info: tf.backend_util.Conv2DInfo): boolean {
  const side = info.filterHeight;
  const border = (side - 1) / 2;
  const { top, bottom, left, right } = info.padInfo;
  return (
    (side === 1 || side === 3) &&
    info.filterWidth === side &&
    info.strideHeight === 1 &&
    info.strideWidth === 1 &&
    info.dilationHeight === 1 &&
    info.dilationWidth === 1 &&
    info.dataFormat === 'channelsLast' &&
    [top, bottom, left, right].every((side) => side === border)
  );
}

interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dataFormat: 'NHWC' | 'NCHW';
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function describe(attrs: unknown, xShape: number[], filterShape: number[]): tf.backend_util.Conv2DInfo {
  const { strides, pad, dataFormat, dilations = 1, dimRoundingMode } = attrs as ConvolutionAttributes;
  return tf.backend_util.computeConv2DInfo(
    xShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
}

/** Kernels that take the place of the backend's, and leave to those what they don't compute themselves. */
export function convolutionKernels(machine: Machine): tf.KernelConfig[] {
  const forward = tf.getKernel('Conv2D', 'wasm').kernelFunc;
  const backward = tf.getKernel('Conv2DBackpropInput', 'wasm').kernelFunc;
  return [
    {
      kernelName: 'Conv2D',
      backendName: 'wasm',
      kernelFunc: (call) => {
        const { x, filter } = call.inputs as { x: tf.TensorInfo; filter: tf.TensorInfo };
        if (!fits(describe(call.attrs, x.shape, filter.shape))) return forward(call);
        const [, , inChannels, outChannels] = filter.shape;
        const order = { start: 0, tap: inChannels * outChannels, input: outChannels, output: 1 };
        return convolve(machine, x, filter, order, outChannels);
      },
    },
    {
      kernelName: 'Conv2DBackpropInput',
      backendName: 'wasm',
      kernelFunc: (call) => {
        const { dy, filter } = call.inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
        const { inputShape } = call.attrs as unknown as { inputShape: number[] };
        if (!fits(describe(call.attrs, inputShape, filter.shape))) return backward(call);
        const [side, , inChannels, outChannels] = filter.shape;
        const tap = inChannels * outChannels;
        const order = { start: (side * side - 1) * tap, tap: -tap, input: 1, output: outChannels };
        return convolve(machine, dy, filter, order, inChannels);
      },
    },
    {
      kernelName: 'Conv2DBackpropFilter',
      backendName: 'wasm',
      kernelFunc: (call) => {
        const { x, dy } = call.inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
        const { filterShape } = call.attrs as unknown as { filterShape: number[] };
        if (!fits(describe(call.attrs, x.shape, filterShape))) {
          throw new Error('The wasm engine has a filter gradient for size-keeping 1x1 and 3x3 convolutions only.');
        }
        return filterGradient(machine, x, dy, filterShape);
      },
    },
  ];
}
