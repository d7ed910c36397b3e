/** Copies and zeros. JavaScript's own go a word at a time on memory that threads share. */
import {
  add,
  clearBytes,
  constant,
  copyBytes,
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

/** Copies `rows` rows of `bytes` bytes, a multiple of 16, between places with different strides. */
function copyRows(): FunctionBuilder {
  const f = new FunctionBuilder('copyRows');
  const [source, target, rows, bytes, sourceStride, targetStride] = Array.from({ length: 6 }, () => f.parameter('i32'));
  const rest = f.local('i32');
  f.emit(
    repeatWhile(
      get(rows),
      set(rest, get(bytes)),
      repeatWhile(
        get(rest),
        decrease(rest, constant(16)),
        storeFour(add(get(target), get(rest)), loadFour(add(get(source), get(rest)))),
      ),
      increase(source, get(sourceStride)),
      increase(target, get(targetStride)),
      decrease(rows, constant(1)),
    ),
  );
  return f;
}

/**
 * Copies `rows` rows of `bytes` bytes that lie behind each other, with `border` zero bytes before and `rest` after
 * each.
 */
function copyBordered(): FunctionBuilder {
  const f = new FunctionBuilder('copyBordered');
  const [source, target, rows, bytes, border, rest] = Array.from({ length: 6 }, () => f.parameter('i32'));
  f.emit(
    repeatWhile(
      get(rows),
      clearBytes(get(target), get(border)),
      increase(target, get(border)),
      copyBytes(get(target), get(source), get(bytes)),
      increase(source, get(bytes)),
      increase(target, get(bytes)),
      clearBytes(get(target), get(rest)),
      increase(target, get(rest)),
      decrease(rows, constant(1)),
    ),
  );
  return f;
}

function clear(): FunctionBuilder {
  const f = new FunctionBuilder('clear');
  const [target, bytes] = [f.parameter('i32'), f.parameter('i32')];
  f.emit(clearBytes(get(target), get(bytes)));
  return f;
}

export const copyFunctions = [copyRows(), copyBordered(), clear()];

/** Sets bytes to 0. Arguments: address, bytes. */
const clearRoutine: Routine = ({ code }, target, bytes) => code.clear(target, bytes);

export const copyRoutines = { clear: clearRoutine };
