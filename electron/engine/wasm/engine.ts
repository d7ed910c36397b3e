/** The `wasm` engine: the processor, on every machine. */
import { cpus, totalmem } from 'node:os';
import type { EngineLook } from '../../../shared/engine.ts';
import { isFault } from '../../../shared/errors.ts';
import type { Engine } from '../engine.ts';
import { useWasm } from './backend.ts';
import { threadCount } from './threads.ts';

const MOST_MEMORY = 4 * 2 ** 30; // bytes that WebAssembly can address

export const wasm: Engine = {
  name: 'wasm',
  async look(): Promise<EngineLook> {
    try {
      await useWasm();
    } catch (error) {
      const next = isFault(error) ? error.next : 'Use Node 24 on a processor with 128-bit SIMD.';
      return { usable: false, reason: (error as Error).message, next };
    }
    const threads = threadCount();
    return {
      usable: true,
      kind: 'processor',
      device: `${cpus()[0]?.model.trim() || 'processor'}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      memory: Math.min(MOST_MEMORY, totalmem()),
    };
  },
  start: useWasm,
};
