/**
 * Group norm of each sample, then leaky ReLU, and the gradient of both together.
 *
 * Passes over a sample's pixels run four channels at a time in assembled code; what there is once per channel or group
 * is reckoned between the passes in double precision. With x one channel's values, mean m and r = 1 / sqrt(variance + epsilon)
 * of its group of M numbers, s and o its scale and offset, the pre-activation is z = (x - m) r s + o. For a slope g at z:
 *
 *   d offset = sum of g,   d scale = r * sum of g (x - m),
 *   dx = r s g - r / M * (sum over the group of s g) - r^3 (x - m) / M * (sum over the group of s g (x - m)).
 */
import type * as tf from '@tensorflow/tfjs';
import { NORM_LEAKY, NORM_LEAKY_GRADIENT, type NormLeakyAttributes } from '../../learning/network/fused.ts';
import {
  addFour,
  type Code,
  constant,
  decrease,
  FunctionBuilder,
  fourZeros,
  get,
  increase,
  type Local,
  loadFour,
  maximumFour,
  multiplyAdd,
  multiplyFour,
  repeatWhile,
  set,
  shiftLeft,
  splat,
  storeFour,
  subtractFour,
  wherePositive,
} from './assembler.ts';
import type { Machine } from './machine.ts';

/**
 * A function that walks down the pixels of [pixels, channels] images, four channels at a time. Its parameters are the number of
 * pixels, the number of channels, the images' addresses, then the addresses of vectors over channels, then of results over channels.
 */
function columnPass(
  name: string,
  images: number,
  vectors: number,
  results: number,
  settings: number,
  body: (image: Local[], vector: Local[], result: Local[], setting: Local[]) => Code[],
): FunctionBuilder {
  const f = new FunctionBuilder(name);
  const parameters = (count: number) => Array.from({ length: count }, () => f.parameter('i32'));
  const pixels = f.parameter('i32');
  const channels = f.parameter('i32');
  const columns = parameters(images);
  const vectorAt = parameters(vectors);
  const resultAt = parameters(results);
  const setting = Array.from({ length: settings }, () => f.parameter('f32'));
  const stride = f.local('i32');
  const rest = f.local('i32');
  const at = columns.map(() => f.local('i32'));
  const vector = vectorAt.map(() => f.local('v128'));
  const result = resultAt.map(() => f.local('v128'));
  const settingFour = setting.map(() => f.local('v128'));
  f.emit(
    set(stride, shiftLeft(get(channels), constant(2))),
    ...setting.map((value, i) => set(settingFour[i], splat(get(value)))),
    repeatWhile(
      get(channels),
      ...at.map((pixel, i) => set(pixel, get(columns[i]))),
      ...vector.map((four, i) => set(four, loadFour(get(vectorAt[i])))),
      ...result.map((four) => set(four, fourZeros)),
      set(rest, get(pixels)),
      repeatWhile(
        get(rest),
        ...body(at, vector, result, settingFour),
        ...at.map((pixel) => increase(pixel, get(stride))),
        decrease(rest, constant(1)),
      ),
      ...result.map((four, i) => storeFour(get(resultAt[i]), get(four))),
      ...[...columns, ...vectorAt, ...resultAt].map((address) => increase(address, constant(16))),
      decrease(channels, constant(4)),
    ),
  );
  return f;
}

/** The slope at the pre-activation: dy where x * scale + shift is positive, dy * leak elsewhere. */
function slope(x: Code, dy: Code, scale: Local, shift: Local, leak: Local): Code {
  return wherePositive(multiplyAdd(x, get(scale), get(shift)), dy, multiplyFour(dy, get(leak)));
}

export const normFunctions = [
  columnPass('sumColumns', 1, 0, 1, 0, ([x], _vectors, [sum]) => [set(sum, addFour(get(sum), loadFour(get(x))))]),
  columnPass('squareColumns', 1, 1, 1, 0, ([x], [mean], [sum]) => {
    const centred = subtractFour(loadFour(get(x)), get(mean));
    return [set(sum, multiplyAdd(centred, centred, get(sum)))];
  }),
  columnPass('scaleLeaky', 2, 2, 0, 1, ([x, y], [scale, shift], _results, [leak]) => {
    const z = multiplyAdd(loadFour(get(x)), get(scale), get(shift));
    return [storeFour(get(y), maximumFour(z, multiplyFour(z, get(leak))))];
  }),
  columnPass('slopeSums', 2, 3, 2, 1, ([x, dy], [scale, shift, mean], [sum, product], [leak]) => {
    const g = slope(loadFour(get(x)), loadFour(get(dy)), scale, shift, leak);
    const centred = subtractFour(loadFour(get(x)), get(mean));
    return [set(sum, addFour(get(sum), g)), set(product, multiplyAdd(g, centred, get(product)))];
  }),
  columnPass('slopeApply', 3, 4, 0, 1, ([x, dy, dx], [scale, shift, ofX, rest], _results, [leak]) => {
    const g = slope(loadFour(get(x)), loadFour(get(dy)), scale, shift, leak);
    return [storeFour(get(dx), multiplyAdd(g, get(scale), multiplyAdd(loadFour(get(x)), get(ofX), get(rest))))];
  }),
];

/** Sizes of x [N, H, W, C] and the addresses of `count` vectors over channels to work with. */
function prepare(machine: Machine, shape: number[], groups: number, count: number) {
  const [samples, height, width, channels] = shape;
  const pixels = height * width;
  const start = machine.scratch('channels', 4 * channels * count);
  const vectors = Array.from({ length: count }, (_, i) => start + 4 * channels * i);
  const perGroup = channels / groups;
  return { samples, pixels, channels, perGroup, vectors, sampleBytes: 4 * pixels * channels };
}

/** y and the statistics of each sample's groups, [N, 2, groups]: means, then 1 / deviations. */
function normLeaky(
  machine: Machine,
  x: tf.TensorInfo,
  scale: tf.TensorInfo,
  offset: tf.TensorInfo,
  { groups, leak, epsilon }: NormLeakyAttributes,
): tf.TensorInfo[] {
  const y = machine.output(x.shape);
  const statistics = machine.output([x.shape[0], 2, groups]);
  const { samples, pixels, channels, perGroup, vectors, sampleBytes } = prepare(machine, x.shape, groups, 4);
  const [sums, means, factors, shifts] = vectors;
  const floats = machine.floats();
  const scaleAt = machine.address(scale) / 4;
  const offsetAt = machine.address(offset) / 4;
  const groupSum = (group: number) => {
    let sum = 0;
    for (let c = 0; c < perGroup; c++) sum += floats[sums / 4 + group * perGroup + c];
    return sum;
  };
  const sumColumns = machine.function('sumColumns');
  const squareColumns = machine.function('squareColumns');
  const scaleLeaky = machine.function('scaleLeaky');

  for (let sample = 0; sample < samples; sample++) {
    const image = machine.address(x) + sample * sampleBytes;
    const meanAt = machine.address(statistics) / 4 + sample * 2 * groups;
    const inverseAt = meanAt + groups;
    sumColumns(pixels, channels, image, sums);
    for (let group = 0; group < groups; group++) floats[meanAt + group] = groupSum(group) / (pixels * perGroup);
    for (let c = 0; c < channels; c++) floats[means / 4 + c] = floats[meanAt + Math.floor(c / perGroup)];
    squareColumns(pixels, channels, image, means, sums);
    for (let group = 0; group < groups; group++) {
      floats[inverseAt + group] = 1 / Math.sqrt(groupSum(group) / (pixels * perGroup) + epsilon);
    }
    for (let c = 0; c < channels; c++) {
      const group = Math.floor(c / perGroup);
      const factor = floats[inverseAt + group] * floats[scaleAt + c];
      floats[factors / 4 + c] = factor;
      floats[shifts / 4 + c] = floats[offsetAt + c] - floats[meanAt + group] * factor;
    }
    scaleLeaky(pixels, channels, image, machine.address(y) + sample * sampleBytes, factors, shifts, leak);
  }
  return [y, statistics];
}

type GradientInputs = Record<'dy' | 'x' | 'scale' | 'offset' | 'statistics', tf.TensorInfo>;

/** Gradients of x, scale and offset. */
function normLeakyGradient(
  machine: Machine,
  inputs: GradientInputs,
  { groups, leak }: NormLeakyAttributes,
): tf.TensorInfo[] {
  const { dy, x, scale, offset, statistics } = inputs;
  const dx = machine.output(x.shape);
  const dScale = machine.output(scale.shape);
  const dOffset = machine.output(offset.shape);
  const { samples, pixels, channels, perGroup, vectors, sampleBytes } = prepare(machine, x.shape, groups, 7);
  const [sums, products, means, factors, shifts, ofX, rest] = vectors;
  const floats = machine.floats();
  const scaleAt = machine.address(scale) / 4;
  const offsetAt = machine.address(offset) / 4;
  const dScales = new Float64Array(channels);
  const dOffsets = new Float64Array(channels);
  const slopeSums = machine.function('slopeSums');
  const slopeApply = machine.function('slopeApply');

  for (let sample = 0; sample < samples; sample++) {
    const image = machine.address(x) + sample * sampleBytes;
    const slopes = machine.address(dy) + sample * sampleBytes;
    const meanAt = machine.address(statistics) / 4 + sample * 2 * groups;
    const inverseAt = meanAt + groups;
    for (let c = 0; c < channels; c++) {
      const group = Math.floor(c / perGroup);
      const factor = floats[inverseAt + group] * floats[scaleAt + c];
      floats[means / 4 + c] = floats[meanAt + group];
      floats[factors / 4 + c] = factor;
      floats[shifts / 4 + c] = floats[offsetAt + c] - floats[meanAt + group] * factor;
    }
    slopeSums(pixels, channels, image, slopes, factors, shifts, means, sums, products, leak);
    for (let group = 0; group < groups; group++) {
      const inverse = floats[inverseAt + group];
      let sum = 0;
      let product = 0;
      for (let c = group * perGroup; c < (group + 1) * perGroup; c++) {
        dOffsets[c] += floats[sums / 4 + c];
        dScales[c] += inverse * floats[products / 4 + c];
        sum += floats[scaleAt + c] * floats[sums / 4 + c];
        product += floats[scaleAt + c] * floats[products / 4 + c];
      }
      const ofCentred = (-(inverse ** 3) * product) / (pixels * perGroup);
      const constantPart = (-inverse * sum) / (pixels * perGroup) - ofCentred * floats[meanAt + group];
      for (let c = group * perGroup; c < (group + 1) * perGroup; c++) {
        floats[ofX / 4 + c] = ofCentred;
        floats[rest / 4 + c] = constantPart;
      }
    }
    const target = machine.address(dx) + sample * sampleBytes;
    slopeApply(pixels, channels, image, slopes, target, factors, shifts, ofX, rest, leak);
  }
  floats.set(dScales, machine.address(dScale) / 4);
  floats.set(dOffsets, machine.address(dOffset) / 4);
  return [dx, dScale, dOffset];
}

export function normKernels(machine: Machine): tf.KernelConfig[] {
  return [
    {
      kernelName: NORM_LEAKY,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) => {
        const { x, scale, offset } = inputs as Record<'x' | 'scale' | 'offset', tf.TensorInfo>;
        return normLeaky(machine, x, scale, offset, attrs as unknown as NormLeakyAttributes);
      },
    },
    {
      kernelName: NORM_LEAKY_GRADIENT,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) =>
        normLeakyGradient(machine, inputs as unknown as GradientInputs, attrs as unknown as NormLeakyAttributes),
    },
  ];
}
