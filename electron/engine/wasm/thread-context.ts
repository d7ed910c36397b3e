/** What a thread of the engine computes with: our code and the shared memory, as this thread sees them. */

/** Our code, compiled once for all threads. */
export interface WorkModules {
  plain: WebAssembly.Module;
  winograd: WebAssembly.Module; // the inner loops of convolution
  wide: boolean; // these compute on eight numbers at once
}

/** What a task does; its arguments are whole numbers and floats. */
export type Routine = (context: ThreadContext, ...args: number[]) => void;

export class ThreadContext {
  /** Our assembled functions, on the shared memory. */
  readonly code: Record<string, (...args: number[]) => void>;
  /** Whether the inner loops of convolution compute on eight numbers at once, and so best on twice as many rows. */
  readonly wide: boolean;
  /** Byte address of the area that only this thread works in, as large as its task was promised. */
  area = 0;
  readonly #memory: WebAssembly.Memory;
  readonly #thread: number;

  /** `thread` counts from 0. */
  constructor({ plain, winograd, wide }: WorkModules, memory: WebAssembly.Memory, thread: number) {
    const exports = [plain, winograd].map((module) => new WebAssembly.Instance(module, { env: { memory } }).exports);
    this.code = Object.assign({}, ...exports);
    this.wide = wide;
    this.#memory = memory;
    this.#thread = thread;
  }

  /** The whole memory as numbers; float i stands at byte address 4i. Stale once memory has grown. */
  floats(): Float32Array {
    return new Float32Array(this.#memory.buffer);
  }

  doubles(): Float64Array {
    return new Float64Array(this.#memory.buffer);
  }

  integers(): Int32Array {
    return new Int32Array(this.#memory.buffer);
  }

  /** Does a task, with the area that is this thread's of those that begin at `areas`. */
  perform(routine: Routine, areas: number, areaBytes: number, args: Iterable<number>): void {
    this.area = areas + this.#thread * areaBytes;
    routine(this, ...args);
  }
}
