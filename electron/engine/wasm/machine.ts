/** Our assembled functions, at work on the same memory as the tensors of the `wasm` backend. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { assemble, type FunctionBuilder } from './assembler.ts';

type Call = (...args: number[]) => void;

/** What the backend's Emscripten module holds beyond its declared type. */
interface EmscriptenModule {
  asm: { memory: WebAssembly.Memory };
  _malloc(bytes: number): number;
  _free(address: number): void;
}

export class Machine {
  private readonly backend: BackendWasm;
  private readonly module: EmscriptenModule;
  private readonly functions: WebAssembly.Exports;
  private readonly areas = new Map<string, { address: number; bytes: number }>();

  constructor(backend: BackendWasm, functions: FunctionBuilder[]) {
    this.backend = backend;
    this.module = backend.wasm as unknown as EmscriptenModule;
    const module = new WebAssembly.Module(assemble(functions));
    this.functions = new WebAssembly.Instance(module, { env: { memory: this.module.asm.memory } }).exports;
  }

  function(name: string): Call {
    return this.functions[name] as Call;
  }

  /** Byte address of a tensor's first element. */
  address(tensor: tf.TensorInfo): number {
    return this.backend.getMemoryOffset(tensor.dataId);
  }

  /** A float32 output whose elements are not set yet, with `slack` bytes after it that a kernel may write to. */
  output(shape: number[], slack = 0): tf.TensorInfo {
    const bytes = 4 * tf.util.sizeFromShape(shape);
    return this.backend.makeOutput(shape, 'float32', this.allocate(bytes + slack));
  }

  /** A working area that keeps its name and contents until a larger one is asked for under the same name. */
  scratch(name: string, bytes: number): number {
    const area = this.areas.get(name);
    if (area && area.bytes >= bytes) return area.address;
    if (area) this.module._free(area.address);
    const address = this.allocate(bytes);
    this.areas.set(name, { address, bytes });
    return address;
  }

  /** The whole memory as numbers; float i stands at byte address 4i. Stale once anything is allocated. */
  floats(): Float32Array {
    return new Float32Array(this.module.asm.memory.buffer);
  }

  integers(): Int32Array {
    return new Int32Array(this.module.asm.memory.buffer);
  }

  private allocate(bytes: number): number {
    return this.module._malloc(bytes) >>> 0;
  }
}
