import { describe, expect, it } from 'vitest';
import {
  add,
  addFour,
  andNotFour,
  assemble,
  type Code,
  constant,
  decrease,
  divideFour,
  equalFour,
  FunctionBuilder,
  get,
  increase,
  load,
  loadFour,
  loadSplat,
  maximumFour,
  multiplyAdd,
  repeatWhile,
  splat,
  squareRootFour,
  storeFour,
  subtractFour,
  wherePositive,
} from './assembler.ts';

/** Runs a function on a memory that begins with `numbers`; gives the first floats of the memory afterwards. */
function run(f: FunctionBuilder, numbers: number[], ...args: number[]): number[] {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  const floats = new Float32Array(memory.buffer);
  floats.set(numbers);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble([f])), { env: { memory } });
  (exports[f.name] as (...args: number[]) => void)(...args);
  return [...floats.subarray(0, 12)];
}

describe('four floats at once', () => {
  const a = [4, -9, 16, 0];
  const b = [2, 3, -4, 5];
  const first = loadFour(constant(0));
  const second = loadFour(constant(0), 16);
  const cases: [string, Code, number[]][] = [
    ['adds', addFour(first, second), [6, -6, 12, 5]],
    ['subtracts', subtractFour(first, second), [2, -12, 20, -5]],
    ['divides', divideFour(first, second), [2, -3, -4, 0]],
    ['takes the larger', maximumFour(first, second), [4, 3, 16, 5]],
    ['multiplies and adds', multiplyAdd(first, second, second), [10, -24, -68, 5]],
    ['takes roots', squareRootFour(maximumFour(first, splat([0x43, 0, 0, 0, 0]))), [2, 0, 4, 0]],
    ['repeats one', loadSplat(constant(4)), [-9, -9, -9, -9]],
    ['chooses by sign', wherePositive(first, second, first), [2, -9, -4, 0]],
    ['masks', andNotFour(first, equalFour(first, loadSplat(constant(0)))), [0, -9, 16, 0]],
  ];

  it.each(cases)('%s', (_name, code, expected) => {
    const f = new FunctionBuilder('operate');
    f.emit(storeFour(constant(32), code));
    expect(run(f, [...a, ...b]).slice(8)).toEqual(expected);
  });
});

describe('whole numbers', () => {
  it.each([0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, -8193, 2 ** 31 - 1, -(2 ** 31)])('writes %d', (value) => {
    const f = new FunctionBuilder('write');
    const zero = f.parameter('i32');
    const sum = f.local('i32');
    f.emit(increase(sum, add(constant(value), get(zero))));
    f.emit([...get(zero), ...get(sum), 0x36, 2, 0]); // i32.store
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble([f])), { env: { memory } });
    (exports.write as (zero: number) => void)(0);
    expect(new Int32Array(memory.buffer)[0]).toBe(value);
  });
});

describe('a loop', () => {
  it('runs as often as its counter says', () => {
    const f = new FunctionBuilder('sum');
    const count = f.parameter('i32');
    const at = f.local('i32');
    f.emit(
      repeatWhile(
        get(count),
        storeFour(constant(32), addFour(loadFour(constant(32)), loadSplat(get(at)))),
        increase(at, constant(4)),
        decrease(count, constant(1)),
      ),
    );
    expect(run(f, [1, 2, 3, 4, 5], 4).slice(8)).toEqual([10, 10, 10, 10]);
  });

  it('reads whole numbers from memory', () => {
    const f = new FunctionBuilder('follow');
    f.emit(storeFour(constant(32), loadSplat(load(constant(0)))));
    const [addressOfSecond] = new Float32Array(Int32Array.of(4).buffer);
    expect(run(f, [addressOfSecond, 7]).slice(8)).toEqual([7, 7, 7, 7]);
  });
});
