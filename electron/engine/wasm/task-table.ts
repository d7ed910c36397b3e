/**
 * How the threads of the engine share work. The thread that TensorFlow.js runs on writes a list of tasks into memory
 * that all see; each thread, itself included, takes the next one that nobody has taken until none is left. A task
 * writes what no other task of its list reads or writes, so the result does not depend on who did what, nor on how many
 * threads there are.
 */
import type { Routine, ThreadContext } from './thread-context.ts';

export const MOST_TASKS = 1024;
// Numbers a task: its routine, the beginning and size of the areas, the number of arguments, then these.
const WIDTH = 24;
const ARGUMENTS = 4;

// Places in the table's control words
const GENERATION = 0; // rises with every list: threads sleep on it
const LIMIT = 1; // generation and number of tasks of the list
const NEXT = 2; // generation and number of the next task to be taken
const DONE = 3; // tasks done of the list
const FAILED = 4; // 1 where a task of the list threw
const SLEEPING = 5; // threads that sleep until a list is up
const CONTROLS = 16;

const SPINS = 20_000; // looks at a word before sleeping: some tens of microseconds, the usual pause between two lists
const INDEX_BITS = 12;
const INDEX_MASK = 2 ** INDEX_BITS - 1;

export class TaskTable {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #tasks: Float64Array;

  constructor(buffer = new SharedArrayBuffer(4 * CONTROLS + 8 * WIDTH * MOST_TASKS)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, CONTROLS);
    this.#tasks = new Float64Array(buffer, 4 * CONTROLS);
  }

  /** Puts up a list of calls to one routine and wakes the threads. The list before must be done. */
  post(routine: number, calls: number[][], areas: number, areaBytes: number): void {
    const tasks = this.#tasks;
    for (let index = 0; index < calls.length; index++) {
      const call = calls[index];
      const at = index * WIDTH;
      tasks[at] = routine;
      tasks[at + 1] = areas;
      tasks[at + 2] = areaBytes;
      tasks[at + 3] = call.length;
      for (let i = 0; i < call.length; i++) tasks[at + ARGUMENTS + i] = call[i];
    }
    const generation = (Atomics.load(this.#words, GENERATION) + 1) & (2 ** (31 - INDEX_BITS) - 1);
    Atomics.store(this.#words, DONE, 0);
    Atomics.store(this.#words, FAILED, 0);
    Atomics.store(this.#words, LIMIT, (generation << INDEX_BITS) | calls.length);
    Atomics.store(this.#words, NEXT, generation << INDEX_BITS);
    Atomics.store(this.#words, GENERATION, generation);
    if (Atomics.load(this.#words, SLEEPING) > 0) Atomics.notify(this.#words, GENERATION);
  }

  /** Does tasks until none is left to be taken; `routines` by number. */
  work(context: ThreadContext, routines: Routine[]): void {
    for (;;) {
      const ticket = Atomics.add(this.#words, NEXT, 1);
      const limit = Atomics.load(this.#words, LIMIT);
      // A ticket of an earlier list is beyond that list's end: a list is followed by the next only when it is done.
      if (ticket >> INDEX_BITS !== limit >> INDEX_BITS) return;
      const index = ticket & INDEX_MASK;
      const count = limit & INDEX_MASK;
      if (index >= count) return;
      const at = index * WIDTH;
      const tasks = this.#tasks;
      try {
        const args = tasks.subarray(at + ARGUMENTS, at + ARGUMENTS + tasks[at + 3]);
        context.perform(routines[tasks[at]], tasks[at + 1], tasks[at + 2], args);
      } catch (error) {
        Atomics.store(this.#words, FAILED, 1); // counted as done, so that nobody waits for it
        console.error(error);
      }
      if (Atomics.add(this.#words, DONE, 1) + 1 === count) Atomics.notify(this.#words, DONE);
    }
  }

  /** Returns when every task of the list is done. Throws where one failed; the thread has printed why. */
  waitUntilDone(count: number): void {
    for (let spin = 0; ; spin++) {
      const done = Atomics.load(this.#words, DONE);
      if (done === count) break;
      if (spin > SPINS) Atomics.wait(this.#words, DONE, done, 10);
    }
    if (Atomics.load(this.#words, FAILED)) throw new Error('A thread of the engine failed.');
  }

  /** Returns when a list other than that of `generation` is up, and gives its generation. */
  waitForList(generation: number): number {
    for (let spin = 0; ; spin++) {
      const now = Atomics.load(this.#words, GENERATION);
      if (now !== generation) return now;
      if (spin < SPINS) continue;
      Atomics.add(this.#words, SLEEPING, 1);
      Atomics.wait(this.#words, GENERATION, generation); // returns at once where a list came up meanwhile
      Atomics.sub(this.#words, SLEEPING, 1);
    }
  }
}
