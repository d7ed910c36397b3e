/**
 * A small WebAssembly assembler: code is a list of bytes, and each function here returns the code of one instruction
 * with its operands in front of it, so that `add(get(a), constant(4))` reads as it computes. Loops of TypeScript
 * unroll. Opcodes: WebAssembly Core Specification 3.0, "Binary Format".
 */

export type Code = number[];
type Type = 'i32' | 'f32' | 'v128';
export interface Local {
  index: number;
  type: Type;
}

const typeCodes: Record<Type, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** One exported function under construction: its parameters come first among its locals. */
export class FunctionBuilder {
  readonly name: string;
  readonly parameters: Type[] = [];
  readonly locals: Type[] = [];
  readonly body: Code = [];

  constructor(name: string) {
    this.name = name;
  }

  parameter(type: Type): Local {
    this.parameters.push(type);
    return { index: this.parameters.length - 1, type };
  }

  /** Parameters are declared before the first local. */
  local(type: Type): Local {
    this.locals.push(type);
    return { index: this.parameters.length + this.locals.length - 1, type };
  }

  emit(...statements: Code[]): void {
    for (const statement of statements) for (const byte of statement) this.body.push(byte);
  }
}

/**
 * A module of functions that return nothing and work on the shared memory that they are given as `env.memory`. `label`
 * makes a module of the same functions another one.
 */
export function assemble(functions: FunctionBuilder[], label?: string): Uint8Array<ArrayBuffer> {
  const types = functions.map((f) => [0x60, ...vector(f.parameters.map((type) => [typeCodes[type]])), 0]);
  const exports = functions.map((f, index) => [...text(f.name), 0x00, ...unsigned(index)]);
  const bodies = functions.map((f) => {
    const code = [...vector(f.locals.map((type) => [1, typeCodes[type]])), ...f.body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // "\0asm", version 1
    ...section(1, vector(types)),
    ...section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x03, 0x00, ...unsigned(65_536)]])), // shared
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(exports)),
    ...section(10, vector(bodies)),
    ...(label === undefined ? [] : section(0, text(label))),
  ]);
}

// Locals and control
export const get = (local: Local): Code => [0x20, ...unsigned(local.index)];
export const set = (local: Local, value: Code): Code => [...value, 0x21, ...unsigned(local.index)];
/** Runs the statements once, then again while `condition` is not 0. */
export const repeatWhile = (condition: Code, ...statements: Code[]): Code => [
  ...[0x03, 0x40],
  ...statements.flat(),
  ...condition,
  ...[0x0d, 0x00, 0x0b],
];

// Whole numbers; addresses are bytes
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const subtract = (a: Code, b: Code): Code => [...a, ...b, 0x6b];
export const multiply = (a: Code, b: Code): Code => [...a, ...b, 0x6c];
export const shiftLeft = (a: Code, b: Code): Code => [...a, ...b, 0x74];
export const increase = (local: Local, by: Code): Code => set(local, add(get(local), by));
export const decrease = (local: Local, by: Code): Code => set(local, subtract(get(local), by));
export const load = (address: Code, offset = 0): Code => [...address, 0x28, 2, ...unsigned(offset)];

export const store = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...[0x36, 2, ...unsigned(offset)],
];
/** Copies bytes; the places may overlap. */
export const copyBytes = (target: Code, source: Code, bytes: Code): Code => [
  ...target,
  ...source,
  ...bytes,
  ...[0xfc, 0x0a, 0, 0],
];
export const clearBytes = (target: Code, bytes: Code): Code => [
  ...target,
  ...constant(0),
  ...bytes,
  ...[0xfc, 0x0b, 0],
];

// Four floats
const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
export const loadFour = (address: Code, offset = 0): Code => [...address, ...simd(0x00), 2, ...unsigned(offset)];
export const loadSplat = (address: Code, offset = 0): Code => [...address, ...simd(0x09), 2, ...unsigned(offset)];
export const storeFour = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...simd(0x0b),
  2,
  ...unsigned(offset),
];
export const nearestFour = (a: Code): Code => [...a, ...simd(0x6a)]; // whole numbers, as floats
/** 2 to the power of whole numbers from -126 to 127, given as floats. */
export const powersOfTwo = (exponents: Code): Code => [
  ...exponents,
  ...simd(0xf8), // to whole numbers
  ...simd(0x0c),
  ...new Uint8Array(Int32Array.of(127, 127, 127, 127).buffer),
  ...simd(0xae), // added
  ...constant(23),
  ...simd(0xab), // shifted to where a float has its exponent
];
export const splat = (a: Code): Code => [...a, ...simd(0x13)];
export const addFour = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe4)];
export const maximumFour = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe9)];
export const subtractFour = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe5)];
export const divideFour = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe7)];
export const squareRootFour = (a: Code): Code => [...a, ...simd(0xe3)];
export const equalFour = (a: Code, b: Code): Code => [...a, ...b, ...simd(0x41)]; // all bits set where equal
export const andFour = (a: Code, b: Code): Code => [...a, ...b, ...simd(0x4e)];
export const andNotFour = (a: Code, b: Code): Code => [...a, ...b, ...simd(0x4f)];
export const orFour = (a: Code, b: Code): Code => [...a, ...b, ...simd(0x50)];
/** For each of four: a where `condition` > 0, else b. */
export const wherePositive = (condition: Code, a: Code, b: Code): Code => [
  ...a,
  ...b,
  ...condition,
  ...fourZeros,
  ...simd(0x44),
  ...simd(0x52),
];
export const multiplyFour = (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe6)];
/** a * b + c, rounded once where the processor has such an instruction. */
export const multiplyAdd = (a: Code, b: Code, c: Code): Code => [...a, ...b, ...c, ...simd(0x105)];
/** Four times a number that is known when the code is made. */
export const splatConstant = (value: number): Code => [
  ...simd(0x0c),
  ...new Uint8Array(Float32Array.of(value, value, value, value).buffer),
];
export const fourZeros: Code = [...simd(0x0c), ...new Array<number>(16).fill(0)];

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
  return vector([...new TextEncoder().encode(value)].map((byte) => [byte]));
}

/** LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

function signed(value: number): Code {
  const bytes: Code = [];
  let rest = value;
  while (rest < -64 || rest > 63) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  bytes.push(rest & 0x7f);
  return bytes;
}
