/** What a thread does of 2x2 maxima and of their gradient: some rows of maxima. */
import {
  add,
  andFour,
  andNotFour,
  constant,
  decrease,
  equalFour,
  FunctionBuilder,
  fourZeros,
  get,
  increase,
  loadFour,
  maximumFour,
  orFour,
  repeatWhile,
  set,
  storeFour,
} from './assembler.ts';
import type { Routine } from './thread-context.ts';

/** One row of maxima, from the upper of the two rows of x that it is taken from. */
function poolRow(): FunctionBuilder {
  const f = new FunctionBuilder('poolRow');
  const [upper, y, pixels, pixelBytes, rowBytes] = Array.from({ length: 5 }, () => f.parameter('i32'));
  const rest = f.local('i32');
  const lower = f.local('i32');
  const pair = (row: typeof upper) => maximumFour(loadFour(get(row)), loadFour(add(get(row), get(pixelBytes))));
  f.emit(
    set(lower, add(get(upper), get(rowBytes))),
    repeatWhile(
      get(pixels),
      set(rest, get(pixelBytes)),
      repeatWhile(
        get(rest),
        storeFour(get(y), maximumFour(pair(upper), pair(lower))),
        ...[upper, lower, y].map((address) => increase(address, constant(16))),
        decrease(rest, constant(16)),
      ),
      ...[upper, lower].map((address) => increase(address, get(pixelBytes))),
      decrease(pixels, constant(1)),
    ),
  );
  return f;
}

/** One row of maxima `y`, from the upper of the two rows of x that it was taken from. */
function poolGradientRow(): FunctionBuilder {
  const f = new FunctionBuilder('poolGradientRow');
  const [upper, y, dy, dUpper, pixels, pixelBytes, rowBytes] = Array.from({ length: 7 }, () => f.parameter('i32'));
  const rest = f.local('i32');
  const offset = f.local('i32');
  const maximum = f.local('v128');
  const slope = f.local('v128');
  const taken = f.local('v128');
  const here = f.local('v128');
  const corner = (offsetOfCorner: number[]) => [
    set(offset, offsetOfCorner),
    set(here, andNotFour(equalFour(loadFour(add(get(upper), get(offset))), get(maximum)), get(taken))),
    storeFour(add(get(dUpper), get(offset)), andFour(get(here), get(slope))),
    set(taken, orFour(get(taken), get(here))),
  ];
  f.emit(
    repeatWhile(
      get(pixels),
      set(rest, get(pixelBytes)),
      repeatWhile(
        get(rest),
        set(maximum, loadFour(get(y))),
        set(slope, loadFour(get(dy))),
        set(taken, fourZeros),
        ...corner(constant(0)),
        ...corner(get(pixelBytes)),
        ...corner(get(rowBytes)),
        ...corner(add(get(rowBytes), get(pixelBytes))),
        ...[upper, y, dy, dUpper].map((address) => increase(address, constant(16))),
        decrease(rest, constant(16)),
      ),
      increase(upper, get(pixelBytes)),
      increase(dUpper, get(pixelBytes)),
      decrease(pixels, constant(1)),
    ),
  );
  return f;
}

export const poolFunctions = [poolRow(), poolGradientRow()];

/** Arguments: addresses of x's and y's first rows, rows of y, their width, bytes of a pixel. */
const pool: Routine = ({ code }, x, y, rows, width, pixelBytes) => {
  const rowBytes = width * pixelBytes; // of y; x has rows twice as long
  for (let row = 0; row < rows; row++) {
    code.poolRow(x + 4 * row * rowBytes, y + row * rowBytes, width, pixelBytes, 2 * rowBytes);
  }
};

/** As `pool`, with dy and dx after y. */
const poolGradient: Routine = ({ code }, x, y, dy, dx, rows, width, pixelBytes) => {
  const rowBytes = width * pixelBytes;
  for (let row = 0; row < rows; row++) {
    const small = row * rowBytes;
    code.poolGradientRow(x + 4 * small, y + small, dy + small, dx + 4 * small, width, pixelBytes, 2 * rowBytes);
  }
};

export const poolRoutines = { pool, poolGradient };
