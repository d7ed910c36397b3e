/** The threads of the engine, the calling one among them. */
import { Worker } from 'node:worker_threads';
import { entryBeside, unpacked } from '../../../shared/entry.ts';
import type { ThreadStart } from './engine-thread.ts';
import { MOST_TASKS, TaskTable } from './task-table.ts';
import { ThreadContext, type WorkModules } from './thread-context.ts';
import { threadCount } from './threads.ts';
import { type RoutineName, routineList, routines } from './work.ts';

const numbers = new Map(Object.keys(routines).map((name, index) => [name, index]));

export class ThreadPool {
  readonly size: number;
  readonly context: ThreadContext;
  readonly #table = new TaskTable();
  readonly #workers: Worker[] = [];

  /** `size` threads, the calling one counted. They keep no process alive. */
  constructor(modules: WorkModules, memory: WebAssembly.Memory, size = threadCount()) {
    this.size = size;
    this.context = new ThreadContext(modules, memory, 0);
    for (let thread = 1; thread < size; thread++) {
      const workerData: ThreadStart = { modules, memory, table: this.#table.buffer, thread };
      const script = entryBeside('engine-thread', unpacked(import.meta.url));
      const worker = new Worker(script, { workerData, execArgv: [] });
      worker.unref();
      this.#workers.push(worker);
    }
  }

  /** Ends the other threads. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** Calls a routine with each of these arguments, on all threads; returns when all are done. */
  run(name: RoutineName, calls: number[][], areas: number, areaBytes: number): void {
    if (calls.length < 2 || this.size === 1) {
      for (const call of calls) this.context.perform(routines[name], areas, areaBytes, call);
      return;
    }
    for (let from = 0; from < calls.length; from += MOST_TASKS) {
      const list = calls.slice(from, from + MOST_TASKS);
      this.#table.post(numbers.get(name) as number, list, areas, areaBytes);
      this.#table.work(this.context, routineList);
      this.#table.waitUntilDone(list.length);
    }
  }
}
