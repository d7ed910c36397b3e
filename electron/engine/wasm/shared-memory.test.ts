import { describe, expect, it } from 'vitest';
import { unsigned } from './assembler.ts';
import { importMemory } from './shared-memory.ts';

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
const section = (id: number, content: number[]) => [id, ...unsigned(content.length), ...content];

/** A module with memory of its own, exported, and a byte 7 at address 3; it imports the function env.f. */
function moduleWith(memory: number[]): Uint8Array {
  return Uint8Array.from([
    ...header,
    ...section(1, [1, 0x60, 0, 0]),
    ...section(2, [1, ...text('env'), ...text('f'), 0, 0]),
    ...section(5, memory),
    ...section(7, [1, ...text('memory'), 2, 0]),
    ...section(11, [1, 0, 0x41, 3, 0x0b, 1, 7]),
  ]);
}

describe('a module’s own memory', () => {
  it('becomes the one that is given, with what the module puts there', () => {
    const changed = importMemory(moduleWith([1, 0x01, 1, ...unsigned(65_536)]));
    const memory = new WebAssembly.Memory({ initial: 256, maximum: 65_536, shared: true });
    const imports = { env: { f: () => {} }, isocenter: { memory } };
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(changed), imports);
    expect(exports.memory).toBe(memory);
    expect(new Uint8Array(memory.buffer)[3]).toBe(7);
  });

  it('is refused where it begins with more than is given', () => {
    expect(() => importMemory(moduleWith([1, 0x00, ...unsigned(300)]))).toThrow('300 pages');
  });

  it('must be there', () => {
    expect(() => importMemory(Uint8Array.from(header))).toThrow('declares no memory');
  });
});

it('writes numbers as WebAssembly does', () => {
  expect([0, 127, 128, 65_536].map(unsigned)).toEqual([[0], [0x7f], [0x80, 0x01], [0x80, 0x80, 0x04]]);
});
