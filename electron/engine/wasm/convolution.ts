/**
 * Convolution of stride 1 that keeps the size ('same'), with square filters of 1 or 3 pixels, and both its gradients.
 *
 * Images are worked on in blocks that fit the processor's cache: a block is copied with a border of zeros, and a table
 * lists where each of its pixels begins, so that the inner loops know no edges. The filter is packed in panels of eight
 * output channels. The inner loop holds 4 pixels x 8 channels in registers; the input gradient is the same convolution
 * of dy with the filter flipped and transposed; the filter gradient holds 4 input x 8 output channels and runs over pixels.
 *
 * Results are stored 8 channels and 4 pixels at a time, last channels first. What such a store writes too far, where the
 * numbers don't divide, lies in pixels or channels that are stored later, or in the slack after the output.
 */
import * as tf from '@tensorflow/tfjs';
import { Blocks, eachBlock, pixelTable } from './blocks.ts';
import { PANEL, PIXELS } from './convolution-functions.ts';
import type { Machine } from './machine.ts';

const SEGMENT_BYTES = 32 * 1024; // of input and dy that the filter gradient passes over again and again

/** Where the weight from input channel k to output channel n at tap t stands: start + t * tap + k * input + n * output. */
interface FilterOrder {
  start: number;
  tap: number;
  input: number;
  output: number;
}

/** Panels [ceil(outChannels / 8), taps, inChannels, 8], zero beyond the last output channel. */
function packFilter(
  machine: Machine,
  filter: tf.TensorInfo,
  order: FilterOrder,
  taps: number,
  inChannels: number,
  outChannels: number,
): number {
  const panels = Math.ceil(outChannels / PANEL);
  const packed = machine.scratch('filter', 4 * panels * taps * inChannels * PANEL);
  const floats = machine.floats();
  const source = machine.address(filter) / 4 + order.start;
  let to = packed / 4;
  for (let panel = 0; panel < panels; panel++) {
    const filled = Math.min(PANEL, outChannels - panel * PANEL);
    for (let tap = 0; tap < taps; tap++) {
      let from = source + tap * order.tap + panel * PANEL * order.output;
      for (let k = 0; k < inChannels; k++, from += order.input, to += PANEL) {
        for (let lane = 0; lane < filled; lane++) floats[to + lane] = floats[from + lane * order.output];
        for (let lane = filled; lane < PANEL; lane++) floats[to + lane] = 0;
      }
    }
  }
  return packed;
}

function convolve(
  machine: Machine,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  order: FilterOrder,
  outChannels: number,
): tf.TensorInfo {
  const side = filter.shape[0];
  const taps = side * side;
  const blocks = new Blocks(x.shape, side);
  const { channels, pixels } = blocks;
  const slack = 4 * (PIXELS * outChannels + PANEL);
  const out = machine.output([blocks.images, blocks.height, blocks.width, outChannels], slack);
  const table = pixelTable(machine, blocks);
  const packed = packFilter(machine, filter, order, taps, channels, outChannels);
  const run = machine.function(channels % 4 === 0 ? 'convolveFours' : 'convolveOnes');
  const stride = 4 * outChannels;
  eachBlock(machine, x, blocks, (block, first, images) => {
    const target = machine.address(out) + first * pixels * stride;
    const tiles = Math.ceil((images * pixels) / PIXELS);
    for (let panel = Math.ceil(outChannels / PANEL) - 1; panel >= 0; panel--) {
      const weights = packed + 4 * panel * taps * channels * PANEL;
      const to = target + 4 * panel * PANEL;
      run(table, block, weights, to, tiles, side, channels, blocks.rowSkip(side), stride);
    }
  });
  return out;
}

function filterGradient(machine: Machine, x: tf.TensorInfo, dy: tf.TensorInfo, filterShape: number[]): tf.TensorInfo {
  const [side, , inChannels, outChannels] = filterShape;
  const taps = side * side;
  const inFours = Math.ceil(inChannels / 4);
  const outPanels = Math.ceil(outChannels / PANEL);
  const exact = inChannels % 4 === 0 && outChannels % PANEL === 0;
  const padded = taps * 4 * inFours * PANEL * outPanels;
  const blocks = new Blocks(x.shape, side);
  const out = machine.output(filterShape);
  const table = pixelTable(machine, blocks);
  const gradient = exact ? machine.address(out) : machine.scratch('gradient', 4 * padded);
  machine.floats().fill(0, gradient / 4, gradient / 4 + padded);

  const segment = Math.ceil(SEGMENT_BYTES / (4 * (inChannels + outChannels)));
  const run = machine.function('accumulateFilterGradient');
  eachBlock(machine, x, blocks, (block, first, images) => {
    const slopes = machine.address(dy) + 4 * first * blocks.pixels * outChannels;
    const pixels = images * blocks.pixels;
    for (let start = 0; start < pixels; start += segment) {
      run(
        table + 4 * start,
        block,
        slopes + 4 * start * outChannels,
        gradient,
        Math.min(segment, pixels - start),
        side,
        inFours,
        outPanels,
        4 * inChannels,
        blocks.rowSkip(side),
        4 * outChannels,
        4 * PANEL * outPanels,
      );
    }
  });

  if (!exact) {
    const floats = machine.floats();
    let to = machine.address(out) / 4;
    for (let tap = 0; tap < taps; tap++) {
      for (let k = 0; k < inChannels; k++, to += outChannels) {
        const from = gradient / 4 + (tap * 4 * inFours + k) * PANEL * outPanels;
        floats.copyWithin(to, from, from + outChannels);
      }
    }
  }
  return out;
}

/** Whether a convolution is one of those this file computes. */
function fits(info: tf.backend_util.Conv2DInfo): boolean {
  const side = info.filterHeight;
  const border = (side - 1) / 2;
  const { top, bottom, left, right } = info.padInfo;
  return (
    (side === 1 || side === 3) &&
    info.filterWidth === side &&
    info.strideHeight === 1 &&
    info.strideWidth === 1 &&
    info.dilationHeight === 1 &&
    info.dilationWidth === 1 &&
    info.dataFormat === 'channelsLast' &&
    [top, bottom, left, right].every((side) => side === border)
  );
}

interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dataFormat: 'NHWC' | 'NCHW';
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function describe(attrs: unknown, xShape: number[], filterShape: number[]): tf.backend_util.Conv2DInfo {
  const { strides, pad, dataFormat, dilations = 1, dimRoundingMode } = attrs as ConvolutionAttributes;
  return tf.backend_util.computeConv2DInfo(
    xShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
}

/** Kernels that take the place of the backend's, and leave to those what they don't compute themselves. */
export function convolutionKernels(machine: Machine): tf.KernelConfig[] {
  const forward = tf.getKernel('Conv2D', 'wasm').kernelFunc;
  const backward = tf.getKernel('Conv2DBackpropInput', 'wasm').kernelFunc;
  return [
    {
      kernelName: 'Conv2D',
      backendName: 'wasm',
      kernelFunc: (call) => {
        const { x, filter } = call.inputs as { x: tf.TensorInfo; filter: tf.TensorInfo };
        if (!fits(describe(call.attrs, x.shape, filter.shape))) return forward(call);
        const [, , inChannels, outChannels] = filter.shape;
        const order = { start: 0, tap: inChannels * outChannels, input: outChannels, output: 1 };
        return convolve(machine, x, filter, order, outChannels);
      },
    },
    {
      kernelName: 'Conv2DBackpropInput',
      backendName: 'wasm',
      kernelFunc: (call) => {
        const { dy, filter } = call.inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
        const { inputShape } = call.attrs as unknown as { inputShape: number[] };
        if (!fits(describe(call.attrs, inputShape, filter.shape))) return backward(call);
        const [side, , inChannels, outChannels] = filter.shape;
        const tap = inChannels * outChannels;
        const order = { start: (side * side - 1) * tap, tap: -tap, input: 1, output: outChannels };
        return convolve(machine, dy, filter, order, inChannels);
      },
    },
    {
      kernelName: 'Conv2DBackpropFilter',
      backendName: 'wasm',
      kernelFunc: (call) => {
        const { x, dy } = call.inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
        const { filterShape } = call.attrs as unknown as { filterShape: number[] };
        if (!fits(describe(call.attrs, x.shape, filterShape))) {
          throw new Error('The wasm engine has a filter gradient for size-keeping 1x1 and 3x3 convolutions only.');
        }
        return filterGradient(machine, x, dy, filterShape);
      },
    },
  ];
}
