import { describe, expect, it, vi } from 'vitest';
import { add, assemble, constant, FunctionBuilder, get, load, store } from './assembler.ts';
import { TaskTable } from './task-table.ts';
import { type Routine, ThreadContext } from './thread-context.ts';

/** Adds 1 to a word of the memory. */
function increment(): FunctionBuilder {
  const f = new FunctionBuilder('increment');
  const address = f.parameter('i32');
  f.emit(store(get(address), add(load(get(address)), constant(1))));
  return f;
}

const module = new WebAssembly.Module(assemble([increment()]));
const empty = new WebAssembly.Module(assemble([]));
const incrementTask: Routine = ({ code }, address) => code.increment(address);
const failing: Routine = () => {
  throw new Error('on purpose');
};

function setUp() {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  const context = new ThreadContext({ plain: module, winograd: empty, wide: false }, memory, 0);
  return { context, table: new TaskTable(), numbers: () => [...context.integers().subarray(0, 5)] };
}

describe('a list of tasks', () => {
  it('is done once, whoever does it', () => {
    const { context, table, numbers } = setUp();
    const other = new TaskTable(table.buffer);
    for (let round = 1; round <= 3; round++) {
      table.post(0, [[0], [4], [8], [16]], 0, 0);
      other.work(context, [incrementTask]);
      table.work(context, [incrementTask]);
      table.waitUntilDone(4);
      expect(numbers()).toEqual([round, round, round, 0, round]);
    }
  });

  it('gives each thread its own area', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
    const table = new TaskTable();
    const areas: number[] = [];
    const note: Routine = ({ area }) => areas.push(area);
    for (const thread of [0, 1, 2]) {
      table.post(0, [[]], 1000, 64);
      table.work(new ThreadContext({ plain: module, winograd: empty, wide: false }, memory, thread), [note]);
    }
    expect(areas).toEqual([1000, 1064, 1128]);
  });

  it('ends with an error where a task throws, after the others are done', () => {
    const { context, table, numbers } = setUp();
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    const either: Routine = (context, address) => (address === 4 ? failing : incrementTask)(context, address);
    table.post(0, [[0], [4], [8]], 0, 0);
    table.work(context, [either]);
    expect(() => table.waitUntilDone(3)).toThrow('A thread of the engine failed');
    expect(numbers()).toEqual([1, 0, 1, 0, 0]);
    expect(printed).toHaveBeenCalledOnce();
    table.post(0, [[0]], 0, 0);
    table.work(context, [either]);
    table.waitUntilDone(1);
    expect(numbers()[0]).toBe(2);
    printed.mockRestore();
  });

  it('wakes a thread that waits for it', () => {
    const { table } = setUp();
    const before = 0;
    table.post(0, [[0]], 0, 0);
    expect(table.waitForList(before)).toBe(1);
  });
});
