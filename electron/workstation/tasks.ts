/** Work that is no run, such as an import: listed with its progress, cancelled by a person, kept until dismissed. */
import { randomBytes } from 'node:crypto';
import type { Task } from '../../shared/api.ts';
import { fault, isFault, reportOf } from '../../shared/errors.ts';

export interface TaskWork {
  signal: AbortSignal;
  progress(done: number, total: number, words: string): void;
}

export class Tasks {
  #tasks: Task[] = [];
  readonly #running = new Map<string, { cancelling: AbortController; ended: Promise<void> }>();
  readonly #show: (tasks: Task[]) => void;

  constructor(show: (tasks: Task[]) => void) {
    this.#show = show;
  }

  /** Begins the work and gives its id at once. */
  start(kind: Task['kind'], title: string, work: (task: TaskWork) => Promise<Task['result']>): string {
    const id = `task-${randomBytes(4).toString('hex')}`;
    const cancelling = new AbortController();
    const task: Task = { id, kind, title, state: 'running', words: '', done: 0, total: 0, result: null, error: null };
    this.#tasks = [...this.#tasks, task];
    this.#show(this.#tasks);
    const progress = (done: number, total: number, words: string) => this.#update(id, { done, total, words });
    const ended = work({ signal: cancelling.signal, progress })
      .then((result) => this.#update(id, { state: 'finished', result }))
      .catch((error) =>
        this.#update(
          id,
          isFault(error, 'site.cancelled') ? { state: 'cancelled' } : { state: 'failed', error: reportOf(error) },
        ),
      )
      .finally(() => this.#running.delete(id));
    this.#running.set(id, { cancelling, ended });
    return id;
  }

  /** The work stops at its next step; what is done by then stays. */
  cancel(id: string): void {
    this.#running.get(id)?.cancelling.abort(fault('site.cancelled'));
  }

  /** Cancels whatever runs, and waits for it. */
  async close(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { cancelling } of running) cancelling.abort(fault('site.cancelled'));
    await Promise.all(running.map(({ ended }) => ended));
  }

  dismiss(id: string): void {
    this.#tasks = this.#tasks.filter((task) => task.id !== id || task.state === 'running');
    this.#show(this.#tasks);
  }

  #update(id: string, change: Partial<Task>): void {
    this.#tasks = this.#tasks.map((task) => (task.id === id ? { ...task, ...change } : task));
    this.#show(this.#tasks);
  }
}
