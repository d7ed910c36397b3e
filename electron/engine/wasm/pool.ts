/** The gradient of 2x2 maxima: each slope goes to the first pixel of its four that holds the maximum. */
import * as tf from '@tensorflow/tfjs';
import {
  add,
  andFour,
  andNotFour,
  constant,
  decrease,
  equalFour,
  FunctionBuilder,
  fourZeros,
  get,
  increase,
  loadFour,
  orFour,
  repeatWhile,
  set,
  storeFour,
} from './assembler.ts';
import type { Machine } from './machine.ts';

/** One row of maxima `y`, from the upper of the two rows of x that it was taken from. */
function poolGradientRow(): FunctionBuilder {
  const f = new FunctionBuilder('poolGradientRow');
  const [upper, y, dy, dUpper, pixels, pixelBytes, rowBytes] = Array.from({ length: 7 }, () => f.parameter('i32'));
  const rest = f.local('i32');
  const offset = f.local('i32');
  const maximum = f.local('v128');
  const slope = f.local('v128');
  const taken = f.local('v128');
  const here = f.local('v128');
  const corner = (offsetOfCorner: number[]) => [
    set(offset, offsetOfCorner),
    set(here, andNotFour(equalFour(loadFour(add(get(upper), get(offset))), get(maximum)), get(taken))),
    storeFour(add(get(dUpper), get(offset)), andFour(get(here), get(slope))),
    set(taken, orFour(get(taken), get(here))),
  ];
  f.emit(
    repeatWhile(
      get(pixels),
      set(rest, get(pixelBytes)),
      repeatWhile(
        get(rest),
        set(maximum, loadFour(get(y))),
        set(slope, loadFour(get(dy))),
        set(taken, fourZeros),
        ...corner(constant(0)),
        ...corner(get(pixelBytes)),
        ...corner(get(rowBytes)),
        ...corner(add(get(rowBytes), get(pixelBytes))),
        ...[upper, y, dy, dUpper].map((address) => increase(address, constant(16))),
        decrease(rest, constant(16)),
      ),
      increase(upper, get(pixelBytes)),
      increase(dUpper, get(pixelBytes)),
      decrease(pixels, constant(1)),
    ),
  );
  return f;
}

export const poolFunctions = [poolGradientRow()];

interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export function poolKernels(machine: Machine): tf.KernelConfig[] {
  const general = tf.getKernel('MaxPoolGrad', 'wasm').kernelFunc;
  return [
    {
      kernelName: 'MaxPoolGrad',
      backendName: 'wasm',
      kernelFunc: (call) => {
        const { dy, input, output } = call.inputs as Record<'dy' | 'input' | 'output', tf.TensorInfo>;
        const { filterSize, strides, pad, dimRoundingMode } = call.attrs as unknown as PoolAttributes;
        const [images, height, width, channels] = input.shape;
        const info = tf.backend_util.computePool2DInfo(
          [images, height, width, channels],
          filterSize,
          strides,
          1,
          pad,
          dimRoundingMode,
        );
        const sides = [info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth];
        const halves = info.outHeight * 2 === height && info.outWidth * 2 === width;
        if (!sides.every((side) => side === 2) || !halves || channels % 4 !== 0) return general(call);
        const dx = machine.output(input.shape);
        const row = machine.function('poolGradientRow');
        const pixelBytes = 4 * channels;
        const rowBytes = width * pixelBytes;
        for (let at = 0; at < images * info.outHeight; at++) {
          row(
            machine.address(input) + 2 * at * rowBytes,
            machine.address(output) + (at * rowBytes) / 2,
            machine.address(dy) + (at * rowBytes) / 2,
            machine.address(dx) + 2 * at * rowBytes,
            info.outWidth,
            pixelBytes,
            rowBytes,
          );
        }
        return dx;
      },
    },
  ];
}
