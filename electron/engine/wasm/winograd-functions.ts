/**
 * The assembled code of convolution by Winograd's tiles (see winograd-schemes.ts). Names end in the size of the tiles
 * that they are for. Transformed tiles stand as [frequencies, tiles, channels], transformed filters as [frequencies,
 * panels, input channels, 8 output channels].
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
  loadFour,
  multiply,
  repeatWhile,
  set,
  shiftLeft,
  storeFour,
  subtract,
} from './assembler.ts';
import { PANEL, Tile } from './tile.ts';
import { Factors, type Scheme, schemes, type Transform } from './winograd-schemes.ts';

/**
 * Code that applies a transform to the columns and then to the rows of a square of numbers, for eight channels: `from`
 * and `to` give the address of a row's and column's first four, the next four lie behind.
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
 * Transforms `tiles` tiles that lie beside each other in an image into [frequencies, tiles, channels], or, for the
 * output, back. The image is given by the address of the first tile's first pixel, and bytes of a row and of a pixel;
 * of the transformed tiles, `frequencyBytes` and `tileBytes` lie from one frequency and tile to the next. `eights`
 * counts channels in eights.
 */
function transformTiles(
  name: 'transformInput' | 'transformSlopes' | 'transformOutput',
  transform: Transform,
  [from, to]: [number, number],
  { tile, patch }: Scheme,
): FunctionBuilder {
  const f = new FunctionBuilder(`${name}${tile}`);
  const [image, rowBytes, pixelBytes, transformed, frequencyBytes, tileBytes, tiles, eights] = Array.from(
    { length: 8 },
    () => f.parameter('i32'),
  );
  const one = f.parameter('f32');
  const factors = new Factors(f);
  const toImage = name === 'transformOutput';
  const whole = (count: number) => Array.from({ length: count }, () => f.local('i32'));
  const rows = whole(toImage ? to : from); // addresses of the first pixel of each row
  const columns = whole(toImage ? to : from); // bytes to each column
  const frequencyRows = whole(patch);
  const frequencyColumns = whole(patch);
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
      set(local, add(get(transformed), multiply(get(frequencyBytes), constant(patch * i)))),
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
      ...rows.map((local) => increase(local, subtract(multiply(get(pixelBytes), constant(tile)), get(channelBytes)))),
      ...frequencyRows.map((local) => increase(local, subtract(get(tileBytes), get(channelBytes)))),
      decrease(tiles, constant(1)),
    ),
  );
  return f;
}

/**
 * Filters [9, inputs, outputs] into [frequencies, panels, inputs, 8]: one panel, from the address of its first weight.
 */
function transformFilter({ tile, patch, filter: transform }: Scheme): FunctionBuilder {
  const f = new FunctionBuilder(`transformFilter${tile}`);
  const [filter, tapBytes, inputBytes, transformed, frequencyBytes, inputs] = Array.from({ length: 6 }, () =>
    f.parameter('i32'),
  );
  const one = f.parameter('f32');
  const factors = new Factors(f);
  const turn = transformSquare(
    f,
    transform,
    [3, patch],
    (row, column) => add(get(filter), multiply(get(tapBytes), constant(3 * row + column))),
    (row, column) => add(get(transformed), multiply(get(frequencyBytes), constant(patch * row + column))),
    factors,
  );
  f.emit(
    ...factors.prepare(one),
    repeatWhile(
      get(inputs),
      ...turn,
      increase(filter, get(inputBytes)),
      increase(transformed, constant(4 * PANEL)),
      decrease(inputs, constant(1)),
    ),
  );
  return f;
}

/** Slopes [frequencies, inputs, outputs] to those of the filters [9, inputs, outputs], eight numbers a turn. */
function transformFilterSlopes({ tile, patch, filterSlopes: transform }: Scheme): FunctionBuilder {
  const f = new FunctionBuilder(`transformFilterSlopes${tile}`);
  const [slopes, frequencyBytes, filter, tapBytes, eights] = Array.from({ length: 5 }, () => f.parameter('i32'));
  const one = f.parameter('f32');
  const factors = new Factors(f);
  const turn = transformSquare(
    f,
    transform,
    [patch, 3],
    (row, column) => add(get(slopes), multiply(get(frequencyBytes), constant(patch * row + column))),
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
 * For each of some frequencies: products [rows, 8 * panels] = a [rows, channels] times panels [panels, channels, 8].
 * Rows of a and of the products are `aStride` and `outStride` bytes apart, frequencies `aStep`, `panelStep` and
 * `outStep`; `groups` counts rows by `height`, channels are a multiple of 4.
 */
function multiplyFrequencies(name: string, height: number): FunctionBuilder {
  const f = new FunctionBuilder(name);
  const [a, aStride, aStep, panels, panelStep, out, outStride, outStep, frequencies, groups, channels, panelCount] =
    Array.from({ length: 12 }, () => f.parameter('i32'));
  const whole = () => f.local('i32');
  const rows = Array.from({ length: height }, whole);
  const [at, panel, rest, panelRest, groupRest, row, outPanel, outRow, panelBytes] = Array.from({ length: 9 }, whole);
  const tile = new Tile(f, height);
  const unrolled = 4;
  f.emit(
    set(panelBytes, multiply(get(channels), constant(4 * PANEL))),
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
          ...tile.sums.flat().map((sum) => set(sum, fourZeros)),
          set(at, get(panel)),
          set(rest, get(channels)),
          repeatWhile(get(rest), ...tile.addMatrixProduct(rows, at, unrolled), decrease(rest, constant(unrolled))),
          ...tile.sums.flatMap(([low, high]) => [
            storeFour(get(outRow), get(low)),
            storeFour(get(outRow), get(high), 16),
            increase(outRow, get(outStride)),
          ]),
          decrease(groupRest, constant(1)),
        ),
        increase(panel, get(panelBytes)),
        increase(outPanel, constant(4 * PANEL)),
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
 * Adds to sums [inputs, 8 * panels] the products of a [tiles, inputs] and b [tiles, 8 * panels] over the tiles, which
 * are `aStride` and `bStride` bytes apart. `groups` counts inputs by `height`.
 */
function accumulateProducts(name: string, height: number): FunctionBuilder {
  const f = new FunctionBuilder(name);
  const [a, aStride, b, bStride, sums, tiles, groups, panels] = Array.from({ length: 8 }, () => f.parameter('i32'));
  const whole = () => f.local('i32');
  const [left, right, rest, panel, panelRest, target, row, rowBytes] = Array.from({ length: 8 }, whole);
  const tile = new Tile(f, height);
  f.emit(
    set(rowBytes, multiply(get(panels), constant(4 * PANEL))),
    repeatWhile(
      get(groups),
      set(panel, get(b)),
      set(target, get(sums)),
      set(panelRest, get(panels)),
      repeatWhile(
        get(panelRest),
        ...tile.sums.flat().map((sum) => set(sum, fourZeros)),
        set(left, get(a)),
        set(right, get(panel)),
        set(rest, get(tiles)),
        repeatWhile(
          get(rest),
          ...tile.addOuterProduct(left, right),
          increase(left, get(aStride)),
          increase(right, get(bStride)),
          decrease(rest, constant(1)),
        ),
        set(row, get(target)),
        ...tile.sums.flatMap((pair) => [
          ...pair.map((sum, half) => set(sum, addFour(loadFour(get(row), 16 * half), get(sum)))),
          ...pair.map((sum, half) => storeFour(get(row), get(sum), 16 * half)),
          increase(row, get(rowBytes)),
        ]),
        increase(panel, constant(4 * PANEL)),
        increase(target, constant(4 * PANEL)),
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
  ...schemes.flatMap((scheme) => [
    transformTiles('transformInput', scheme.input, [scheme.patch, scheme.patch], scheme),
    transformTiles('transformSlopes', scheme.slopes, [scheme.tile, scheme.patch], scheme),
    transformTiles('transformOutput', scheme.output, [scheme.patch, scheme.tile], scheme),
    transformFilter(scheme),
    transformFilterSlopes(scheme),
  ]),
  multiplyFrequencies('multiplyFours', 4),
  multiplyFrequencies('multiplyEights', 8),
  accumulateProducts('accumulateFours', 4),
  accumulateProducts('accumulateEights', 8),
];
