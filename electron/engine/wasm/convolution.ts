/**
 * Convolution of stride 1 that keeps the size ('same'), with square filters of 1 or 3 pixels, and both its gradients.
 */
import * as tf from '@tensorflow/tfjs';
import { convolveDirect, filterGradientDirect } from './direct-convolution.ts';
import type { Machine } from './machine.ts';
import { convolveWinograd, filterGradientWinograd, fitsWinograd, inputGradientWinograd } from './winograd.ts';

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
        const [side, , inChannels, outChannels] = filter.shape;
        if (fitsWinograd(side, inChannels, outChannels)) return convolveWinograd(machine, x, filter);
        const order = { start: 0, tap: inChannels * outChannels, input: outChannels, output: 1 };
        return convolveDirect(machine, x, filter, order, outChannels);
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
        if (fitsWinograd(side, outChannels, inChannels)) return inputGradientWinograd(machine, dy, filter);
        const tap = inChannels * outChannels;
        const order = { start: (side * side - 1) * tap, tap: -tap, input: 1, output: outChannels };
        return convolveDirect(machine, dy, filter, order, inChannels);
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
        const [side, , inChannels, outChannels] = filterShape;
        const compute = fitsWinograd(side, inChannels, outChannels) ? filterGradientWinograd : filterGradientDirect;
        return compute(machine, x, dy, filterShape);
      },
    },
  ];
}
