/** Joins a coarse level, its pixels repeated two by two, with the channels of its skip connection; and the gradient of both. */
import type * as tf from '@tensorflow/tfjs';
import { JOIN_SKIP, JOIN_SKIP_GRADIENT } from '../../learning/network/fused.ts';
import {
  add,
  addFour,
  constant,
  decrease,
  FunctionBuilder,
  get,
  increase,
  loadFour,
  repeatWhile,
  set,
  storeFour,
} from './assembler.ts';
import type { Machine } from './machine.ts';

/** Copies `rows` rows of `bytes` bytes, a multiple of 16, between places with different strides. */
function copyRows(): FunctionBuilder {
  const f = new FunctionBuilder('copyRows');
  const [source, target, rows, bytes, sourceStride, targetStride] = Array.from({ length: 6 }, () => f.parameter('i32'));
  const rest = f.local('i32');
  f.emit(
    repeatWhile(
      get(rows),
      set(rest, get(bytes)),
      repeatWhile(
        get(rest),
        decrease(rest, constant(16)),
        storeFour(add(get(target), get(rest)), loadFour(add(get(source), get(rest)))),
      ),
      increase(source, get(sourceStride)),
      increase(target, get(targetStride)),
      decrease(rows, constant(1)),
    ),
  );
  return f;
}

/** Adds up the two neighbouring rows at each of two places. */
function sumNeighbours(): FunctionBuilder {
  const f = new FunctionBuilder('sumNeighbours');
  const [upper, lower, target, rows, bytes, sourceStride, targetStride] = Array.from({ length: 7 }, () =>
    f.parameter('i32'),
  );
  const rest = f.local('i32');
  const at = f.local('i32');
  f.emit(
    repeatWhile(
      get(rows),
      set(rest, get(bytes)),
      repeatWhile(
        get(rest),
        decrease(rest, constant(16)),
        set(at, add(get(rest), get(sourceStride))),
        storeFour(
          add(get(target), get(rest)),
          addFour(
            addFour(loadFour(add(get(upper), get(rest))), loadFour(add(get(upper), get(at)))),
            addFour(loadFour(add(get(lower), get(rest))), loadFour(add(get(lower), get(at)))),
          ),
        ),
      ),
      ...[upper, lower].map((address) => increase(address, add(get(sourceStride), get(sourceStride)))),
      increase(target, get(targetStride)),
      decrease(rows, constant(1)),
    ),
  );
  return f;
}

export const joinFunctions = [copyRows(), sumNeighbours()];

function joinSkip(machine: Machine, coarse: tf.TensorInfo, skip: tf.TensorInfo): tf.TensorInfo {
  const [n, height, width, skipChannels] = skip.shape;
  const coarseBytes = 4 * coarse.shape[3];
  const skipBytes = 4 * skipChannels;
  const pixelBytes = coarseBytes + skipBytes;
  const joined = machine.output([n, height, width, coarse.shape[3] + skipChannels]);
  const copy = machine.function('copyRows');
  copy(
    machine.address(skip),
    machine.address(joined) + coarseBytes,
    n * height * width,
    skipBytes,
    skipBytes,
    pixelBytes,
  );
  let source = machine.address(coarse);
  let target = machine.address(joined);
  for (let row = 0; row < (n * height) / 2; row++) {
    for (const corner of [0, 1, width, width + 1]) {
      copy(source, target + corner * pixelBytes, width / 2, coarseBytes, coarseBytes, 2 * pixelBytes);
    }
    source += (width / 2) * coarseBytes;
    target += 2 * width * pixelBytes;
  }
  return joined;
}

/** Gradients of `coarse` and `skip`. */
function joinSkipGradient(machine: Machine, dy: tf.TensorInfo, coarseChannels: number): tf.TensorInfo[] {
  const [n, height, width, channels] = dy.shape;
  const coarseBytes = 4 * coarseChannels;
  const pixelBytes = 4 * channels;
  const skipBytes = pixelBytes - coarseBytes;
  const dCoarse = machine.output([n, height / 2, width / 2, coarseChannels]);
  const dSkip = machine.output([n, height, width, channels - coarseChannels]);
  machine.function('copyRows')(
    machine.address(dy) + coarseBytes,
    machine.address(dSkip),
    n * height * width,
    skipBytes,
    pixelBytes,
    skipBytes,
  );
  let source = machine.address(dy);
  let target = machine.address(dCoarse);
  const sum = machine.function('sumNeighbours');
  for (let row = 0; row < (n * height) / 2; row++) {
    sum(source, source + width * pixelBytes, target, width / 2, coarseBytes, pixelBytes, coarseBytes);
    source += 2 * width * pixelBytes;
    target += (width / 2) * coarseBytes;
  }
  return [dCoarse, dSkip];
}

export function joinKernels(machine: Machine): tf.KernelConfig[] {
  return [
    {
      kernelName: JOIN_SKIP,
      backendName: 'wasm',
      kernelFunc: ({ inputs }) => {
        const { coarse, skip } = inputs as Record<'coarse' | 'skip', tf.TensorInfo>;
        return joinSkip(machine, coarse, skip);
      },
    },
    {
      kernelName: JOIN_SKIP_GRADIENT,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) => {
        const { dy } = inputs as Record<'dy', tf.TensorInfo>;
        const { coarseChannels } = attrs as { coarseChannels: number };
        return joinSkipGradient(machine, dy, coarseChannels);
      },
    },
  ];
}
