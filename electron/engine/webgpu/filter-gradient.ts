/**
 * The gradient of a convolution's filters. It is a matrix product with few rows (a filter's places and channels) and
 * columns (filters) whose sums are long (every pixel of the batch). The backend's own has an invocation for each
 * weight, which walks over all pixels alone. Here a workgroup takes a tile of 32 x 32 weights and a part of the pixels,
 * through memory that it shares, and a second pass adds up the parts.
 */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { compute, type Shader, WORKGROUP } from './shader.ts';

const TILE = 32; // weights a side of a workgroup's tile: 64 invocations of 4 x 4 each
const DEPTH = 16; // pixels that are in shared memory at once
const FEWEST_PIXELS = 256; // of a part: less is not worth another one
const WORKGROUPS = 512; // that keep a large graphics card busy; more parts than for these only cost memory

const PARTS: Shader = {
  name: 'filterGradientParts',
  inputs: ['x', 'dy'],
  whole: ['side', 'steps', 'parts'],
  code: `
    var<workgroup> left: array<f32, ${DEPTH * TILE}>;
    var<workgroup> right: array<f32, ${DEPTH * TILE}>;
    fn main(index: i32) {
      let shape = uniforms.xShape;
      let rows = uniforms.side * uniforms.side * shape.w;
      let columns = uniforms.dyShape.w;
      let across = (columns + ${TILE - 1}) / ${TILE};
      let down = (rows + ${TILE - 1}) / ${TILE};
      let workgroup = index / ${WORKGROUP};
      let column = workgroup % across * ${TILE};
      let row = workgroup / across % down * ${TILE};
      let part = workgroup / across / down;
      let pixels = shape.x * shape.y * shape.z;
      let local = i32(localIndex);
      let pad = uniforms.side / 2;
      var sums: array<f32, 16>;
      for (var step = 0; step < uniforms.steps; step++) {
        let start = (part * uniforms.steps + step) * ${DEPTH};
        for (var i = local; i < ${DEPTH * TILE}; i += ${WORKGROUP}) {
          let pixel = start + i / ${TILE};
          let ownRow = row + i % ${TILE};
          let ownColumn = column + i % ${TILE};
          let place = ownRow / shape.w;
          let h = pixel / shape.z % shape.y + place / uniforms.side - pad;
          let w = pixel % shape.z + place % uniforms.side - pad;
          let isInside = pixel < pixels && ownRow < rows && h >= 0 && h < shape.y && w >= 0 && w < shape.z;
          let at = ((pixel / (shape.y * shape.z) * shape.y + h) * shape.z + w) * shape.w + ownRow % shape.w;
          left[i] = select(0.0, x[select(0, at, isInside)], isInside);
          let isColumn = pixel < pixels && ownColumn < columns;
          right[i] = select(0.0, dy[select(0, pixel * columns + ownColumn, isColumn)], isColumn);
        }
        workgroupBarrier();
        for (var depth = 0; depth < ${DEPTH}; depth++) {
          let l = depth * ${TILE} + local / 8 * 4;
          let r = depth * ${TILE} + local % 8 * 4;
          for (var i = 0; i < 4; i++) {
            for (var j = 0; j < 4; j++) { sums[4 * i + j] += left[l + i] * right[r + j]; }
          }
        }
        workgroupBarrier();
      }
      if (part >= uniforms.parts) { return; }
      for (var i = 0; i < 16; i++) {
        let ownRow = row + local / 8 * 4 + i / 4;
        let ownColumn = column + local % 8 * 4 + i % 4;
        if (ownRow < rows && ownColumn < columns) {
          result[(part * rows + ownRow) * columns + ownColumn] = sums[i];
        }
      }
    }`,
};

const ADD: Shader = {
  name: 'filterGradientAdd',
  inputs: ['sums'],
  code: `
    fn main(index: i32) {
      if (index >= uniforms.size) { return; }
      var sum = 0.0;
      for (var part = 0; part < uniforms.sumsShape.x; part++) { sum += sums[part * uniforms.size + index]; }
      result[index] = sum;
    }`,
};

interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: unknown;
  dataFormat: string;
  filterShape: [number, number, number, number];
}

/** The network's convolutions: square filters with an odd side, at every pixel, the result as large as the slice. */
function isPlain({ strides, pad, dataFormat, filterShape: [height, width] }: ConvolutionAttributes): boolean {
  const isEvery = [strides].flat().every((stride) => stride === 1);
  return isEvery && pad === 'same' && dataFormat === 'NHWC' && height === width && height % 2 === 1;
}

function filterGradient(gpu: WebGPUBackend, x: tf.TensorInfo, dy: tf.TensorInfo, shape: number[]): tf.TensorInfo {
  const [side, , channels, filters] = shape;
  const tiles = Math.ceil((side * side * channels) / TILE) * Math.ceil(filters / TILE);
  const pixels = x.shape[0] * x.shape[1] * x.shape[2];
  const wanted = Math.min(Math.ceil(WORKGROUPS / tiles), Math.ceil(pixels / FEWEST_PIXELS));
  const steps = Math.ceil(pixels / DEPTH / wanted);
  const parts = Math.ceil(pixels / DEPTH / steps);
  const sums = compute(gpu, PARTS, [x, dy], [parts, side * side * channels * filters], {
    values: [side, steps, parts],
    workgroups: tiles * parts,
  });
  const gradient = compute(gpu, ADD, [sums], shape);
  gpu.disposeData(sums.dataId);
  return gradient;
}

export function filterGradientKernels(): tf.KernelConfig[] {
  const own = tf.getKernel(tf.Conv2DBackpropFilter, 'webgpu').kernelFunc;
  return [
    {
      kernelName: tf.Conv2DBackpropFilter,
      backendName: 'webgpu',
      kernelFunc: (call) => {
        const { x, dy } = call.inputs as Record<'x' | 'dy', tf.TensorInfo>;
        const attributes = call.attrs as unknown as ConvolutionAttributes;
        if (!isPlain(attributes)) return own(call);
        return filterGradient(call.backend as WebGPUBackend, x, dy, attributes.filterShape);
      },
    },
  ];
}
