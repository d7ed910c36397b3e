/**
 * A thread of the engine: does tasks that the trainer's own thread puts up, and sleeps between. It ends with its
 * process.
 */
import { workerData } from 'node:worker_threads';
import { TaskTable } from './task-table.ts';
import { ThreadContext, type WorkModules } from './thread-context.ts';
import { routineList } from './work.ts';

/** What a thread is started with. */
export interface ThreadStart {
  modules: WorkModules;
  memory: WebAssembly.Memory;
  table: SharedArrayBuffer;
  thread: number; // from 1; 0 is the trainer's own
}

const { modules, memory, table, thread } = workerData as ThreadStart;
const tasks = new TaskTable(table);
const context = new ThreadContext(modules, memory, thread);
for (let generation = 0; ; ) {
  generation = tasks.waitForList(generation);
  tasks.work(context, routineList);
}
