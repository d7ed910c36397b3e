/**
 * What a thread does of group norm with leaky ReLU, and of the gradient of both together: one sample.
 *
 * Passes over a sample's pixels run four channels at a time in assembled code; what there is once per channel or group
 * is reckoned between the passes in double precision. With x one channel's values, mean m and r = 1 / sqrt(variance +
 * epsilon) of its group of M numbers, s and o its scale and offset, the pre-activation is z = (x - m) r s + o. For a
 * slope g at z:
 *
 *   d offset = sum of g,   d scale = r * sum of g (x - m),
 *   dx = r s g - r / M * (sum over the group of s g) - r^3 (x - m) / M * (sum over the group of s g (x - m)).
 */
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
import type { Routine, ThreadContext } from './thread-context.ts';

/** What a pass does at one pixel with four channels: reads from its images, writes to them, adds to its results. */
interface Four {
  read(image: number): Code;
  write(image: number, value: Code): Code;
  vectors: Local[];
  results: Local[];
}

/**
 * How many fours of channels a pass works on side by side: as many as fit into a cache line, where they divide the
 * channels.
 */
const WIDTHS = [4, 2, 1];

/**
 * Functions, one for each width, that walk down the pixels of [pixels, channels] images. Their parameters are the
 * number of pixels, the number of channels, the images' addresses, the addresses of vectors over channels, of results
 * over channels, then settings.
 */
function columnPass(
  name: string,
  counts: { images: number; vectors?: number; results?: number; settings?: number },
  body: (four: Four, settings: Local[]) => Code[],
): FunctionBuilder[] {
  return WIDTHS.map((width) => {
    const f = new FunctionBuilder(`${name}${width}`);
    const parameters = (count = 0) => Array.from({ length: count }, () => f.parameter('i32'));
    const pixels = f.parameter('i32');
    const channels = f.parameter('i32');
    const images = parameters(counts.images);
    const vectorAt = parameters(counts.vectors);
    const resultAt = parameters(counts.results);
    const settings = Array.from({ length: counts.settings ?? 0 }, () => f.parameter('f32'));
    const stride = f.local('i32');
    const rest = f.local('i32');
    const at = images.map(() => f.local('i32'));
    const settingFours = settings.map(() => f.local('v128'));
    const fours = Array.from({ length: width }, (_, four) => ({
      read: (image: number) => loadFour(get(at[image]), 16 * four),
      write: (image: number, value: Code) => storeFour(get(at[image]), value, 16 * four),
      vectors: vectorAt.map(() => f.local('v128')),
      results: resultAt.map(() => f.local('v128')),
    }));
    f.emit(
      set(stride, shiftLeft(get(channels), constant(2))),
      ...settings.map((value, i) => set(settingFours[i], splat(get(value)))),
      repeatWhile(
        get(channels),
        ...at.map((pixel, i) => set(pixel, get(images[i]))),
        ...fours.flatMap(({ vectors, results }, four) => [
          ...vectors.map((vector, i) => set(vector, loadFour(get(vectorAt[i]), 16 * four))),
          ...results.map((result) => set(result, fourZeros)),
        ]),
        set(rest, get(pixels)),
        repeatWhile(
          get(rest),
          ...fours.flatMap((four) => body(four, settingFours)),
          ...at.map((pixel) => increase(pixel, get(stride))),
          decrease(rest, constant(1)),
        ),
        ...resultAt.flatMap((address, i) =>
          fours.map(({ results }, four) => storeFour(get(address), get(results[i]), 16 * four)),
        ),
        ...[...images, ...vectorAt, ...resultAt].map((address) => increase(address, constant(16 * width))),
        decrease(channels, constant(4 * width)),
      ),
    );
    return f;
  });
}

/** The function of a pass for so many channels. */
function passFor({ code }: ThreadContext, name: string, channels: number): (...args: number[]) => void {
  return code[`${name}${WIDTHS.find((width) => channels % (4 * width) === 0)}`];
}

/** The slope at the pre-activation: dy where x * scale + shift is positive, dy * leak elsewhere. */
function slope(x: Code, dy: Code, scale: Local, shift: Local, leak: Local): Code {
  return wherePositive(multiplyAdd(x, get(scale), get(shift)), dy, multiplyFour(dy, get(leak)));
}

export const normFunctions = [
  columnPass('sumColumns', { images: 1, results: 1 }, ({ read, results: [sum] }) => [
    set(sum, addFour(get(sum), read(0))),
  ]),
  columnPass('squareColumns', { images: 1, vectors: 1, results: 1 }, ({ read, vectors: [mean], results: [sum] }) => {
    const centred = subtractFour(read(0), get(mean));
    return [set(sum, multiplyAdd(centred, centred, get(sum)))];
  }),
  columnPass(
    'scaleLeaky',
    { images: 2, vectors: 2, settings: 1 },
    ({ read, write, vectors: [scale, shift] }, [leak]) => {
      const z = multiplyAdd(read(0), get(scale), get(shift));
      return [write(1, maximumFour(z, multiplyFour(z, get(leak))))];
    },
  ),
  columnPass(
    'slopeSums',
    { images: 2, vectors: 3, results: 2, settings: 1 },
    ({ read, vectors: [scale, shift, mean], results: [sum, product] }, [leak]) => {
      const g = slope(read(0), read(1), scale, shift, leak);
      const centred = subtractFour(read(0), get(mean));
      return [set(sum, addFour(get(sum), g)), set(product, multiplyAdd(g, centred, get(product)))];
    },
  ),
  columnPass(
    'slopeApply',
    { images: 3, vectors: 4, settings: 1 },
    ({ read, write, vectors: [scale, shift, ofX, rest] }, [leak]) => {
      const g = slope(read(0), read(1), scale, shift, leak);
      return [write(2, multiplyAdd(g, get(scale), multiplyAdd(read(0), get(ofX), get(rest))))];
    },
  ),
].flat();

/** Byte addresses of `count` vectors over channels in the thread's area. */
function vectorsOf({ area }: ThreadContext, channels: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => area + 4 * channels * i);
}

/** Vectors over channels that the routines keep in the thread's area. */
export const NORM_VECTORS = 7;

/**
 * One sample: y, and the statistics [2, groups] of its groups, means, then 1 / deviations. Arguments: addresses of x,
 * y, statistics, scale and offset; pixels, channels, groups; slope below zero, what is added to the variance.
 */
const normLeaky: Routine = (context, x, y, statistics, scale, offset, pixels, channels, groups, leak, epsilon) => {
  const [sums, means, factors, shifts] = vectorsOf(context, channels, 4);
  const floats = context.floats();
  const perGroup = channels / groups;
  const groupSum = (group: number) => {
    let sum = 0;
    for (let c = 0; c < perGroup; c++) sum += floats[sums / 4 + group * perGroup + c];
    return sum;
  };
  const meanAt = statistics / 4;
  const inverseAt = meanAt + groups;
  passFor(context, 'sumColumns', channels)(pixels, channels, x, sums);
  for (let group = 0; group < groups; group++) floats[meanAt + group] = groupSum(group) / (pixels * perGroup);
  for (let c = 0; c < channels; c++) floats[means / 4 + c] = floats[meanAt + Math.floor(c / perGroup)];
  passFor(context, 'squareColumns', channels)(pixels, channels, x, means, sums);
  for (let group = 0; group < groups; group++) {
    floats[inverseAt + group] = 1 / Math.sqrt(groupSum(group) / (pixels * perGroup) + epsilon);
  }
  for (let c = 0; c < channels; c++) {
    const group = Math.floor(c / perGroup);
    const factor = floats[inverseAt + group] * floats[scale / 4 + c];
    floats[factors / 4 + c] = factor;
    floats[shifts / 4 + c] = floats[offset / 4 + c] - floats[meanAt + group] * factor;
  }
  passFor(context, 'scaleLeaky', channels)(pixels, channels, x, y, factors, shifts, leak);
};

/**
 * One sample: dx, and its part of the gradients of scale and offset, [2, channels] doubles at `slopes`. Arguments:
 * addresses of x, dy, dx, slopes, statistics, scale and offset; pixels, channels, groups; slope below zero.
 */
const normLeakyGradient: Routine = (
  context,
  ...[x, dy, dx, slopes, statistics, scale, offset, pixels, channels, groups, leak]
) => {
  const [sums, products, means, factors, shifts, ofX, rest] = vectorsOf(context, channels, NORM_VECTORS);
  const floats = context.floats();
  const doubles = context.doubles();
  const perGroup = channels / groups;
  const meanAt = statistics / 4;
  const inverseAt = meanAt + groups;
  for (let c = 0; c < channels; c++) {
    const group = Math.floor(c / perGroup);
    const factor = floats[inverseAt + group] * floats[scale / 4 + c];
    floats[means / 4 + c] = floats[meanAt + group];
    floats[factors / 4 + c] = factor;
    floats[shifts / 4 + c] = floats[offset / 4 + c] - floats[meanAt + group] * factor;
  }
  passFor(context, 'slopeSums', channels)(pixels, channels, x, dy, factors, shifts, means, sums, products, leak);
  for (let group = 0; group < groups; group++) {
    const inverse = floats[inverseAt + group];
    let sum = 0;
    let product = 0;
    for (let c = group * perGroup; c < (group + 1) * perGroup; c++) {
      doubles[slopes / 8 + c] = inverse * floats[products / 4 + c];
      doubles[slopes / 8 + channels + c] = floats[sums / 4 + c];
      sum += floats[scale / 4 + c] * floats[sums / 4 + c];
      product += floats[scale / 4 + c] * floats[products / 4 + c];
    }
    const ofCentred = (-(inverse ** 3) * product) / (pixels * perGroup);
    const constantPart = (-inverse * sum) / (pixels * perGroup) - ofCentred * floats[meanAt + group];
    for (let c = group * perGroup; c < (group + 1) * perGroup; c++) {
      floats[ofX / 4 + c] = ofCentred;
      floats[rest / 4 + c] = constantPart;
    }
  }
  passFor(context, 'slopeApply', channels)(pixels, channels, x, dy, dx, factors, shifts, ofX, rest, leak);
};

export const normRoutines = { normLeaky, normLeakyGradient };
