/** What a thread does of the sum of numbers and a repeated vector: some repetitions. */
import {
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

/**
 * Adds a vector that is repeated along the numbers, as a bias is along pixels; its repetition fills `period` times
 * four.
 */
function addRepeated(): FunctionBuilder {
  const f = new FunctionBuilder('addRepeated');
  const [a, vector, out, period, periods] = Array.from({ length: 5 }, () => f.parameter('i32'));
  const [at, rest] = [f.local('i32'), f.local('i32')];
  f.emit(
    repeatWhile(
      get(periods),
      set(at, get(vector)),
      set(rest, get(period)),
      repeatWhile(
        get(rest),
        storeFour(get(out), addFour(loadFour(get(a)), loadFour(get(at)))),
        ...[a, at, out].map((each) => increase(each, constant(16))),
        decrease(rest, constant(1)),
      ),
      decrease(periods, constant(1)),
    ),
  );
  return f;
}

export const addFunctions = [addRepeated()];

/** Arguments: addresses of the numbers, of the vector and of the sums; fours in a period, periods. */
const add: Routine = ({ code }, ...args) => code.addRepeated(...args);

export const addRoutines = { add };
