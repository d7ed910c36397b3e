/**
 * The inner loops of convolution: 4 pixels x 8 output channels, or 4 input x 8 output channels, held in registers. A table lists
 * where each pixel of a block begins (see blocks.ts), so that no loop knows an edge.
 */
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

export const PIXELS = 4; // a tile's rows
export const PANEL = 8; // a tile's columns: output channels, two registers of four

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
