/**
 * The assembled code of convolution by Winograd's F(4x4, 3x3) (Lavin and Gray, CVPR 2016). With the matrices B, G and A,
 * a tile of 4 x 4 outputs is y = At [(G g Gt) * (Bt d B)] A from its 6 x 6 inputs d and the filter g, where * multiplies the
 * 36 numbers one by one: a quarter of the multiplications of the definition. Summed over input channels, each of the 36 is
 * a matrix product. The filter's gradient is Gt [(Bt d B) * (A dy At)] G, summed over tiles.
 *
 * Transformed tiles stand as [tiles, 36, channels], transformed filters as [36, panels, input channels, 8 output channels].
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
  type Local,
  loadFour,
  loadSplat,
  multiply,
  multiplyAdd,
  multiplyFour,
  repeatWhile,
  set,
  shiftLeft,
  splat,
  splatConstant,
  storeFour,
  subtract,
  subtractFour,
} from './assembler.ts';

export const TILE = 4; // output pixels along a side
export const PATCH = 6; // input pixels along a side
export const FREQUENCIES = PATCH * PATCH;
export const LANES = 8; // output channels in a panel

/** A 1-D transform: the statements that give as many numbers as the matrix has rows, and these. */
type Transform = (numbers: Code[], temporaries: Local[], factors: Factors) => { before: Code[]; results: Code[] };

/**
 * The matrices' numbers, each a vector that is made once a call, out of a parameter that is always 1. Of a constant V8 would make
 * the vector anew at each use, in three instructions, which are a third of a transform.
 */
class Factors {
  readonly #f: FunctionBuilder;
  readonly #vectors = new Map<number, Local>();

  constructor(f: FunctionBuilder) {
    this.#f = f;
  }

  /** factor * a */
  times = (factor: number, a: Code): Code => multiplyFour(a, get(this.#vector(factor)));
  /** factor * a + b */
  scaled = (factor: number, a: Code, b: Code): Code => multiplyAdd(a, get(this.#vector(factor)), b);

  /** To stand before all that uses them. */
  prepare(one: Local): Code[] {
    return [...this.#vectors].map(([factor, local]) =>
      set(local, multiplyFour(splat(get(one)), splatConstant(factor))),
    );
  }

  #vector(factor: number): Local {
    const known = this.#vectors.get(factor);
    if (known) return known;
    const local = this.#f.local('v128');
    this.#vectors.set(factor, local);
    return local;
  }
}

/** Bt: 6 inputs to 6. */
const ofInput: Transform = ([d0, d1, d2, d3, d4, d5], [a, b, c, e], { times, scaled }) => ({
  before: [
    set(a, scaled(-4, d2, d4)),
    set(b, scaled(-4, d1, d3)),
    set(c, subtractFour(d4, d2)),
    set(e, times(2, subtractFour(d3, d1))),
  ],
  results: [
    scaled(4, d0, scaled(-5, d2, d4)),
    addFour(get(a), get(b)),
    subtractFour(get(a), get(b)),
    addFour(get(c), get(e)),
    subtractFour(get(c), get(e)),
    scaled(4, d1, scaled(-5, d3, d5)),
  ],
});

/** At: 6 sums of products to 4 outputs. */
const ofOutput: Transform = ([m0, m1, m2, m3, m4, m5], [a, b, c, e], { scaled }) => ({
  before: [
    set(a, addFour(m1, m2)),
    set(b, subtractFour(m1, m2)),
    set(c, addFour(m3, m4)),
    set(e, subtractFour(m3, m4)),
  ],
  results: [
    addFour(addFour(m0, get(a)), get(c)),
    scaled(2, get(e), get(b)),
    scaled(4, get(c), get(a)),
    addFour(scaled(8, get(e), get(b)), m5),
  ],
});

/** A: 4 slopes of outputs to 6. */
const ofSlopes: Transform = ([y0, y1, y2, y3], [a, b, c, e], { times, scaled }) => ({
  before: [
    set(a, addFour(y0, y2)),
    set(b, addFour(y1, y3)),
    set(c, scaled(4, y2, y0)),
    set(e, scaled(8, y3, times(2, y1))),
  ],
  results: [
    y0,
    addFour(get(a), get(b)),
    subtractFour(get(a), get(b)),
    addFour(get(c), get(e)),
    subtractFour(get(c), get(e)),
    y3,
  ],
});

/** G: 3 weights to 6. */
const ofFilter: Transform = ([g0, g1, g2], [a, b], { times, scaled }) => ({
  before: [set(a, times(-1 / 6, addFour(g0, g2))), set(b, scaled(1 / 24, g0, times(1 / 6, g2)))],
  results: [
    times(1 / 4, g0),
    scaled(-1 / 6, g1, get(a)),
    scaled(1 / 6, g1, get(a)),
    scaled(1 / 12, g1, get(b)),
    scaled(-1 / 12, g1, get(b)),
    g2,
  ],
});

/** Gt: 6 slopes to those of 3 weights. */
const ofFilterSlopes: Transform = ([u0, u1, u2, u3, u4, u5], [a, b, c, e], { times, scaled }) => ({
  before: [
    set(a, addFour(u1, u2)),
    set(b, subtractFour(u2, u1)),
    set(c, addFour(u3, u4)),
    set(e, subtractFour(u3, u4)),
  ],
  results: [
    scaled(1 / 24, get(c), scaled(-1 / 6, get(a), times(1 / 4, u0))),
    scaled(1 / 12, get(e), times(1 / 6, get(b))),
    addFour(scaled(1 / 6, get(c), times(-1 / 6, get(a))), u5),
  ],
});

/**
 * Code that applies a transform to the columns and then to the rows of a square of numbers, for eight channels: `from` and `to`
 * give the address of a row's and column's first four, the next four lie behind.
 */
function transformSquare(
  f: FunctionBuilder,
  transform: Transform,
  [inputSide, outputSide]: [number, number],
  from: (row: number, column: number) => Code,
  to: (row: number, column: number) => Code,
  factors: Factors,
): Code[] {
  const fours = (count: number) => Array.from({ length: count }, () => f.local('v128'));
  const halves = [0, 16].map((offset) => ({
    offset,
    temporaries: fours(4),
    inputs: fours(inputSide),
    between: Array.from({ length: inputSide }, () => fours(outputSide)), // [column][row]
  }));
  const place = f.local('i32');
  const code: Code[] = [];
  for (let column = 0; column < inputSide; column++) {
    for (let row = 0; row < inputSide; row++) {
      code.push(set(place, from(row, column)));
      code.push(...halves.map(({ inputs, offset }) => set(inputs[row], loadFour(get(place), offset))));
    }
    for (const { temporaries, inputs, between } of halves) {
      const { before, results } = transform(inputs.map(get), temporaries, factors);
      code.push(...before, ...results.map((result, row) => set(between[column][row], result)));
    }
  }
  for (let row = 0; row < outputSide; row++) {
    const values = halves.map(({ between, temporaries }) => {
      const { before, results } = transform(
        between.map((column) => get(column[row])),
        temporaries,
        factors,
      );
      code.push(...before);
      return results;
    });
    for (let column = 0; column < outputSide; column++) {
      code.push(set(place, to(row, column)));
      code.push(...halves.map(({ offset }, half) => storeFour(get(place), values[half][column], offset)));
    }
  }
  return code;
}

/**
 * Transforms `tiles` tiles that lie beside each other in an image into [tiles, 36, channels], or, for the output, back. The image
 * is given by the address of the first tile's first pixel, and bytes of a row and of a pixel; of the transformed tiles,
 * `frequencyBytes` and `tileBytes` lie from one frequency and tile to the next. `eights` counts channels in eights.
 */
function transformTiles(name: string, transform: Transform, from: number, to: number): FunctionBuilder {
  const f = new FunctionBuilder(name);
  const [image, rowBytes, pixelBytes, transformed, frequencyBytes, tileBytes, tiles, eights] = Array.from(
    { length: 8 },
    () => f.parameter('i32'),
  );
  const one = f.parameter('f32');
  const factors = new Factors(f);
  const toImage = transform === ofOutput;
  const whole = (count: number) => Array.from({ length: count }, () => f.local('i32'));
  const rows = whole(toImage ? to : from); // addresses of the first pixel of each row
  const columns = whole(toImage ? to : from); // bytes to each column
  const frequencyRows = whole(PATCH);
  const frequencyColumns = whole(PATCH);
  const [rest, channelBytes] = whole(2);
  const inImage = (row: number, column: number) =>
    column === 0 ? get(rows[row]) : add(get(rows[row]), get(columns[column]));
  const inFrequencies = (row: number, column: number) =>
    column === 0 ? get(frequencyRows[row]) : add(get(frequencyRows[row]), get(frequencyColumns[column]));
  const [source, target] = toImage ? [inFrequencies, inImage] : [inImage, inFrequencies];
  const moving = [...rows, ...frequencyRows];
  const turn = transformSquare(f, transform, [from, to], source, target, factors);
  f.emit(
    ...factors.prepare(one),
    set(channelBytes, shiftLeft(get(eights), constant(5))),
    ...rows.map((local, i) => set(local, add(get(image), multiply(get(rowBytes), constant(i))))),
    ...columns.map((local, i) => set(local, multiply(get(pixelBytes), constant(i)))),
    ...frequencyRows.map((local, i) =>
      set(local, add(get(transformed), multiply(get(frequencyBytes), constant(PATCH * i)))),
    ),
    ...frequencyColumns.map((local, i) => set(local, multiply(get(frequencyBytes), constant(i)))),
    repeatWhile(
      get(tiles),
      set(rest, get(eights)),
      repeatWhile(
        get(rest),
        ...turn,
        ...moving.map((local) => increase(local, constant(32))),
        decrease(rest, constant(1)),
      ),
      // The channels of one tile are behind us: on to the next tile.
      ...rows.map((local) => increase(local, subtract(multiply(get(pixelBytes), constant(TILE)), get(channelBytes)))),
      ...frequencyRows.map((local) => increase(local, subtract(get(tileBytes), get(channelBytes)))),
      decrease(tiles, constant(1)),
    ),
  );
  return f;
}

/** Filters [9, inputs, outputs] into [36, panels, inputs, 8]: one panel, from the address of its first weight. */
function transformFilter(): FunctionBuilder {
  const f = new FunctionBuilder('transformFilter');
  const [filter, tapBytes, inputBytes, transformed, frequencyBytes, inputs] = Array.from({ length: 6 }, () =>
    f.parameter('i32'),
  );
  const one = f.parameter('f32');
  const factors = new Factors(f);
  const turn = transformSquare(
    f,
    ofFilter,
    [3, PATCH],
    (row, column) => add(get(filter), multiply(get(tapBytes), constant(3 * row + column))),
    (row, column) => add(get(transformed), multiply(get(frequencyBytes), constant(PATCH * row + column))),
    factors,
  );
  f.emit(
    ...factors.prepare(one),
    repeatWhile(
      get(inputs),
      ...turn,
      increase(filter, get(inputBytes)),
      increase(transformed, constant(4 * LANES)),
      decrease(inputs, constant(1)),
    ),
  );
  return f;
}

/** Slopes [36, inputs, outputs] to those of the filters [9, inputs, outputs], eight numbers a turn. */
function transformFilterSlopes(): FunctionBuilder {
  const f = new FunctionBuilder('transformFilterSlopes');
  const [slopes, frequencyBytes, filter, tapBytes, eights] = Array.from({ length: 5 }, () => f.parameter('i32'));
  const one = f.parameter('f32');
  const factors = new Factors(f);
  const turn = transformSquare(
    f,
    ofFilterSlopes,
    [PATCH, 3],
    (row, column) => add(get(slopes), multiply(get(frequencyBytes), constant(PATCH * row + column))),
    (row, column) => add(get(filter), multiply(get(tapBytes), constant(3 * row + column))),
    factors,
  );
  f.emit(
    ...factors.prepare(one),
    repeatWhile(
      get(eights),
      ...turn,
      increase(slopes, constant(32)),
      increase(filter, constant(32)),
      decrease(eights, constant(1)),
    ),
  );
  return f;
}

/**
 * For each of some frequencies: products [rows, 8 * panels] = a [rows, channels] times panels [panels, channels, 8]. Rows of a and of
 * the products are `aStride` and `outStride` bytes apart, frequencies `aStep`, `panelStep` and `outStep`; `groups` counts rows by
 * `height`, channels are a multiple of 4.
 */
function multiplyFrequencies(name: string, height: number): FunctionBuilder {
  const f = new FunctionBuilder(name);
  const [a, aStride, aStep, panels, panelStep, out, outStride, outStep, frequencies, groups, channels, panelCount] =
    Array.from({ length: 12 }, () => f.parameter('i32'));
  const whole = () => f.local('i32');
  const rows = Array.from({ length: height }, whole);
  const [at, panel, rest, panelRest, groupRest, row, outPanel, outRow, panelBytes] = Array.from({ length: 9 }, whole);
  const sums = rows.map(() => [f.local('v128'), f.local('v128')]);
  const weights = [f.local('v128'), f.local('v128')];
  const value = f.local('v128');
  const unrolled = 4;
  const steps: Code[] = [];
  for (let step = 0; step < unrolled; step++) {
    steps.push(...weights.map((four, half) => set(four, loadFour(get(at), 4 * LANES * step + 16 * half))));
    rows.forEach((pointer, i) => {
      steps.push(set(value, loadSplat(get(pointer), 4 * step)));
      steps.push(...sums[i].map((sum, half) => set(sum, multiplyAdd(get(value), get(weights[half]), get(sum)))));
    });
  }
  f.emit(
    set(panelBytes, multiply(get(channels), constant(4 * LANES))),
    repeatWhile(
      get(frequencies),
      set(panel, get(panels)),
      set(outPanel, get(out)),
      set(panelRest, get(panelCount)),
      repeatWhile(
        get(panelRest),
        set(row, get(a)),
        set(outRow, get(outPanel)),
        set(groupRest, get(groups)),
        repeatWhile(
          get(groupRest),
          ...rows.flatMap((pointer) => [set(pointer, get(row)), increase(row, get(aStride))]),
          ...sums.flat().map((sum) => set(sum, fourZeros)),
          set(at, get(panel)),
          set(rest, get(channels)),
          repeatWhile(
            get(rest),
            ...steps,
            ...rows.map((pointer) => increase(pointer, constant(4 * unrolled))),
            increase(at, constant(4 * LANES * unrolled)),
            decrease(rest, constant(unrolled)),
          ),
          ...sums.flatMap(([low, high]) => [
            storeFour(get(outRow), get(low)),
            storeFour(get(outRow), get(high), 16),
            increase(outRow, get(outStride)),
          ]),
          decrease(groupRest, constant(1)),
        ),
        increase(panel, get(panelBytes)),
        increase(outPanel, constant(4 * LANES)),
        decrease(panelRest, constant(1)),
      ),
      increase(a, get(aStep)),
      increase(panels, get(panelStep)),
      increase(out, get(outStep)),
      decrease(frequencies, constant(1)),
    ),
  );
  return f;
}

/**
 * Adds to sums [inputs, 8 * panels] the products of a [tiles, inputs] and b [tiles, 8 * panels] over the tiles, which are
 * `aStride` and `bStride` bytes apart. `groups` counts inputs by `height`.
 */
function accumulateProducts(name: string, height: number): FunctionBuilder {
  const f = new FunctionBuilder(name);
  const [a, aStride, b, bStride, sums, tiles, groups, panels] = Array.from({ length: 8 }, () => f.parameter('i32'));
  const whole = () => f.local('i32');
  const [left, right, rest, panel, panelRest, target, row, rowBytes] = Array.from({ length: 8 }, whole);
  const tile = Array.from({ length: height }, () => [f.local('v128'), f.local('v128')]);
  const slopes = [f.local('v128'), f.local('v128')];
  const value = f.local('v128');
  f.emit(
    set(rowBytes, multiply(get(panels), constant(4 * LANES))),
    repeatWhile(
      get(groups),
      set(panel, get(b)),
      set(target, get(sums)),
      set(panelRest, get(panels)),
      repeatWhile(
        get(panelRest),
        ...tile.flat().map((sum) => set(sum, fourZeros)),
        set(left, get(a)),
        set(right, get(panel)),
        set(rest, get(tiles)),
        repeatWhile(
          get(rest),
          ...slopes.map((four, half) => set(four, loadFour(get(right), 16 * half))),
          ...tile.flatMap((pair, i) => [
            set(value, loadSplat(get(left), 4 * i)),
            ...pair.map((sum, half) => set(sum, multiplyAdd(get(value), get(slopes[half]), get(sum)))),
          ]),
          increase(left, get(aStride)),
          increase(right, get(bStride)),
          decrease(rest, constant(1)),
        ),
        set(row, get(target)),
        ...tile.flatMap((pair) => [
          ...pair.map((sum, half) => set(sum, addFour(loadFour(get(row), 16 * half), get(sum)))),
          ...pair.map((sum, half) => storeFour(get(row), get(sum), 16 * half)),
          increase(row, get(rowBytes)),
        ]),
        increase(panel, constant(4 * LANES)),
        increase(target, constant(4 * LANES)),
        decrease(panelRest, constant(1)),
      ),
      increase(a, constant(4 * height)),
      increase(sums, multiply(get(rowBytes), constant(height))),
      decrease(groups, constant(1)),
    ),
  );
  return f;
}

export const winogradFunctions = [
  transformTiles('transformInput', ofInput, PATCH, PATCH),
  transformTiles('transformSlopes', ofSlopes, TILE, PATCH),
  transformTiles('transformOutput', ofOutput, PATCH, TILE),
  transformFilter(),
  transformFilterSlopes(),
  multiplyFrequencies('multiplyFours', 4),
  multiplyFrequencies('multiplyEights', 8),
  accumulateProducts('accumulateFours', 4),
  accumulateProducts('accumulateEights', 8),
];
