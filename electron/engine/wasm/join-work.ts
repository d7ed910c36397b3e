/**
 * What a thread does of joining a coarse level with its skip connection, and of its gradient: some rows of the coarse
 * level.
 */
import {
  add,
  addFour,
  constant,
  decrease,
  FunctionBuilder,
  get,
  increase,
  loadFour,
  repeatWhile,
  set,
  storeFour,
} from './assembler.ts';
import type { Routine } from './thread-context.ts';

/** Adds up the two neighbouring rows at each of two places. */
function sumNeighbours(): FunctionBuilder {
  const f = new FunctionBuilder('sumNeighbours');
  const [upper, lower, target, rows, bytes, sourceStride, targetStride] = Array.from({ length: 7 }, () =>
    f.parameter('i32'),
  );
  const rest = f.local('i32');
  const at = f.local('i32');
  f.emit(
    repeatWhile(
      get(rows),
      set(rest, get(bytes)),
      repeatWhile(
        get(rest),
        decrease(rest, constant(16)),
        set(at, add(get(rest), get(sourceStride))),
        storeFour(
          add(get(target), get(rest)),
          addFour(
            addFour(loadFour(add(get(upper), get(rest))), loadFour(add(get(upper), get(at)))),
            addFour(loadFour(add(get(lower), get(rest))), loadFour(add(get(lower), get(at)))),
          ),
        ),
      ),
      ...[upper, lower].map((address) => increase(address, add(get(sourceStride), get(sourceStride)))),
      increase(target, get(targetStride)),
      decrease(rows, constant(1)),
    ),
  );
  return f;
}

export const joinFunctions = [sumNeighbours()];

/**
 * Arguments of both: addresses of the first coarse row, of the skip's and the joined image's rows above it, coarse
 * rows, their width, and bytes of a coarse and of a skip pixel.
 */
const joinSkip: Routine = ({ code }, coarse, skip, joined, rows, width, coarseBytes, skipBytes) => {
  const pixelBytes = coarseBytes + skipBytes;
  code.copyRows(skip, joined + coarseBytes, 4 * rows * width, skipBytes, skipBytes, pixelBytes);
  let source = coarse;
  let target = joined;
  for (let row = 0; row < rows; row++) {
    for (const corner of [0, 1, 2 * width, 2 * width + 1]) {
      code.copyRows(source, target + corner * pixelBytes, width, coarseBytes, coarseBytes, 2 * pixelBytes);
    }
    source += width * coarseBytes;
    target += 4 * width * pixelBytes;
  }
};

const joinSkipGradient: Routine = ({ code }, dCoarse, dSkip, dy, rows, width, coarseBytes, skipBytes) => {
  const pixelBytes = coarseBytes + skipBytes;
  code.copyRows(dy + coarseBytes, dSkip, 4 * rows * width, skipBytes, pixelBytes, skipBytes);
  let source = dy;
  let target = dCoarse;
  for (let row = 0; row < rows; row++) {
    code.sumNeighbours(source, source + 2 * width * pixelBytes, target, width, coarseBytes, pixelBytes, coarseBytes);
    source += 4 * width * pixelBytes;
    target += width * coarseBytes;
  }
};

export const joinRoutines = { joinSkip, joinSkipGradient };
