/**
 * Gives the backend's WebAssembly module a memory that threads can share. The module declares a memory of its own,
 * which one thread alone can see; here that declaration becomes an import, and nothing else of the module changes.
 * Sections and their contents: WebAssembly Core Specification 3.0, "Binary Format, Modules".
 */

import { unsigned } from './assembler.ts';

const IMPORTS = 2;
const MEMORY = 5;
const HEADER = 8; // bytes: magic number and version
const NAME = 'isocenter';
const INITIAL_PAGES = 256;
const MOST_PAGES = 65_536; // 4 GiB

export const sharedMemory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MOST_PAGES, shared: true });

/** Runs `start`, during which every module that has a memory of its own is given the shared one in its place. */
export async function withSharedMemory<T>(start: () => Promise<T>): Promise<T> {
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = ((binary: BufferSource, imports: WebAssembly.Imports) =>
    instantiate(importMemory(bytesOf(binary)), { ...imports, [NAME]: { memory: sharedMemory } })) as typeof instantiate;
  try {
    return await start();
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}

/**
 * The module with its own memory replaced by an import. Throws where it has none, or wants more than is shared at
 * first.
 */
export function importMemory(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [module.subarray(0, HEADER)];
  let found = false;
  for (const { id, start, content, end } of sections(module)) {
    if (id === IMPORTS) parts.push(withMemoryImport(module.subarray(content, end)));
    else if (id === MEMORY) {
      const [, flagsAt] = readUnsigned(module, content); // after the number of memories, which is 1
      const [initial] = readUnsigned(module, flagsAt + 1);
      if (initial > INITIAL_PAGES) throw new Error(`The backend wants ${initial} pages of memory at its start.`);
      found = true;
    } else parts.push(module.subarray(start, end));
  }
  if (!found) throw new Error('The backend’s module declares no memory.');
  return concatenate(parts);
}

/** The import section with one more entry: a shared memory. */
function withMemoryImport(content: Uint8Array): Uint8Array {
  const [count, entries] = readUnsigned(content, 0);
  const name = (value: string) => [value.length, ...new TextEncoder().encode(value)];
  const shared = 3; // flags: has a maximum, is shared
  const memory = [...name(NAME), ...name('memory'), 2, shared, ...unsigned(INITIAL_PAGES), ...unsigned(MOST_PAGES)];
  const body = concatenate([Uint8Array.from(unsigned(count + 1)), content.subarray(entries), Uint8Array.from(memory)]);
  return concatenate([Uint8Array.from([IMPORTS, ...unsigned(body.length)]), body]);
}

function* sections(module: Uint8Array): Generator<{ id: number; start: number; content: number; end: number }> {
  for (let start = HEADER; start < module.length; ) {
    const [length, content] = readUnsigned(module, start + 1);
    const end = content + length;
    yield { id: module[start], start, content, end };
    start = end;
  }
}

/** LEB128: the number, and where the next thing begins. */
function readUnsigned(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let i = at, factor = 1; ; i++, factor *= 128) {
    value += (bytes[i] & 0x7f) * factor;
    if (bytes[i] < 0x80) return [value, i + 1];
  }
}

function bytesOf(source: BufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}

function concatenate(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
