/**
 * Compute shaders of ours, run by TensorFlow.js's backend: it makes pipelines, holds buffers and puts commands in a
 * row.
 *
 * They were only tried on a graphics card that the processor plays, so their numbers are tested and their speed is not
 * known. A shader's code is WGSL with a function `main(index: i32)`; inputs are arrays by their names, `result` is the
 * output, and `uniforms` has the shapes of all (`xShape`, `outShape`) besides the numbers given.
 */
import type * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

export interface Shader {
  name: string;
  inputs: string[];
  /** Names of whole numbers, then of real ones, in the order in which their values are given. */
  whole?: string[];
  real?: string[];
  code: string;
}

/** Invocations of a workgroup; WebGPU warrants 256. */
export const WORKGROUP = 64;

/** Adds up a number of each invocation of a workgroup, in the same order every time, and gives all of them the sum. */
export const TOTAL = `
  var<workgroup> summands: array<vec4<f32>, ${WORKGROUP}>;
  fn total(value: vec4<f32>) -> vec4<f32> {
    summands[localIndex] = value;
    workgroupBarrier();
    for (var half = ${WORKGROUP / 2}u; half > 0u; half /= 2u) {
      if (localIndex < half) { summands[localIndex] += summands[localIndex + half]; }
      workgroupBarrier();
    }
    let sum = summands[0];
    workgroupBarrier();
    return sum;
  }`;

/**
 * A new tensor of `shape`. There are `workgroups`; without that number there is an invocation for each element, which
 * must hold itself to `index < uniforms.size`.
 */
export function compute(
  backend: WebGPUBackend,
  { name, inputs, whole = [], real = [], code }: Shader,
  tensors: tf.TensorInfo[],
  shape: number[],
  { values = [], workgroups }: { values?: number[]; workgroups?: number } = {},
): tf.TensorInfo {
  const size = shape.reduce((product, side) => product * side, 1);
  const program = {
    shaderKey: name,
    variableNames: inputs,
    outputShape: shape,
    uniforms: [...whole.map((each) => `${each} : i32, `), ...real.map((each) => `${each} : f32, `)].join(''),
    size: true,
    workgroupSize: [WORKGROUP, 1, 1] as [number, number, number],
    dispatchLayout: { x: shape.map((_, axis) => axis) },
    dispatch: [workgroups ?? Math.ceil(size / WORKGROUP), 1, 1] as [number, number, number],
    getUserCode: () => code,
  };
  const numbers = values.map((value, i) => ({ type: i < whole.length ? 'int32' : 'float32', data: [value] }));
  return backend.runWebGPUProgram(program, tensors, 'float32', numbers);
}
