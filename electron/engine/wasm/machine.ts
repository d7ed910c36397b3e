/** Our assembled functions, at work on the same memory as the tensors of the `wasm` backend, on several threads. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { fault } from '../../../shared/errors.ts';
import { sharedMemory } from './shared-memory.ts';
import { ThreadPool } from './thread-pool.ts';
import { compileWork } from './wide.ts';
import type { RoutineName } from './work.ts';

/** What the backend's Emscripten module holds beyond its declared type. */
interface EmscriptenModule {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** Where there is no memory left, the backend would go on with the address 0, and write over itself. */
function throwWhereFull(module: EmscriptenModule): void {
  module._free(module._malloc(4)); // at its first call the function puts another in its place
  const allocate = module._malloc;
  module._malloc = (bytes) => {
    const address = allocate(bytes);
    if (address !== 0) return address;
    throw fault('engine.out-of-memory', { engine: 'wasm', reason: `another ${bytes} bytes could not be had` });
  };
}

export class Machine {
  readonly #backend: BackendWasm;
  readonly #module: EmscriptenModule;
  readonly #pool: ThreadPool;
  readonly #areas = new Map<string, { address: number; bytes: number }>();

  constructor(backend: BackendWasm) {
    this.#backend = backend;
    this.#module = backend.wasm as unknown as EmscriptenModule;
    throwWhereFull(this.#module);
    this.#pool = new ThreadPool(compileWork(), sharedMemory);
  }

  get threads(): number {
    return this.#pool.size;
  }

  /** Calls a routine with each of these arguments, on all threads, each with an area of its own of so many bytes. */
  run(routine: RoutineName, calls: number[][], areaBytes = 0): void {
    const bytes = Math.ceil(areaBytes / 64) * 64; // threads don't share cache lines
    const areas = bytes === 0 ? 0 : this.scratch('areas', bytes * this.threads);
    this.#pool.run(routine, calls, areas, bytes);
  }

  /** Byte address of a tensor's first element. */
  address(tensor: tf.TensorInfo): number {
    return this.#backend.getMemoryOffset(tensor.dataId);
  }

  /** A float32 output whose elements are not set yet, with `slack` bytes after it that a kernel may write to. */
  output(shape: number[], slack = 0): tf.TensorInfo {
    const bytes = 4 * tf.util.sizeFromShape(shape);
    return this.#backend.makeOutput(shape, 'float32', this.#allocate(bytes + slack));
  }

  /** A working area that keeps its name and contents until a larger one is asked for under the same name. */
  scratch(name: string, bytes: number): number {
    const area = this.#areas.get(name);
    if (area && area.bytes >= bytes) return area.address;
    if (area) this.#module._free(area.address);
    this.#areas.delete(name); // in case there is no memory for the larger one
    const address = this.#allocate(bytes);
    this.#areas.set(name, { address, bytes });
    return address;
  }

  /** The whole memory as numbers; float i stands at byte address 4i. Stale once anything is allocated. */
  floats(): Float32Array {
    return new Float32Array(sharedMemory.buffer);
  }

  doubles(): Float64Array {
    return new Float64Array(sharedMemory.buffer);
  }

  integers(): Int32Array {
    return new Int32Array(sharedMemory.buffer);
  }

  #allocate(bytes: number): number {
    return this.#module._malloc(bytes) >>> 0;
  }
}

/** `count` things in at most `most` runs of nearly the same length: [first, number] of each. */
export function share(count: number, most: number): [first: number, number: number][] {
  const runs = Math.min(count, most);
  return Array.from({ length: runs }, (_, i) => {
    const first = Math.floor((i * count) / runs);
    return [first, Math.floor(((i + 1) * count) / runs) - first];
  });
}
