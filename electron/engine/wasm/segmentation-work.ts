/**
 * What a thread does of the sums of the segmentation loss and of their gradient: one slice, whose pixels have few
 * classes.
 */
import {
  constant,
  decrease,
  FunctionBuilder,
  get,
  increase,
  loadFour,
  maximumFour,
  multiplyAdd,
  multiplyFour,
  nearestFour,
  powersOfTwo,
  repeatWhile,
  set,
  splatConstant,
  storeFour,
} from './assembler.ts';
import type { Routine } from './thread-context.ts';

/**
 * Replaces `fours` times four numbers, none above 0, by their exponentials, to 2e-7 of each: e^x = 2^n e^r with n the
 * whole number nearest to x / ln 2, and e^r by its Taylor polynomial, for which r, at most half of ln 2, is small
 * enough.
 */
function exponentials(): FunctionBuilder {
  const f = new FunctionBuilder('exponentials');
  const [address, fours] = [f.parameter('i32'), f.parameter('i32')];
  const [x, n, power] = Array.from({ length: 3 }, () => f.local('v128'));
  const coefficients = [1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1];
  const ln2 = 0.693145751953125; // so short that n times it is exact; the rest follows
  f.emit(
    repeatWhile(
      get(fours),
      set(x, maximumFour(loadFour(get(address)), splatConstant(-87))), // below, floats end
      set(n, nearestFour(multiplyFour(get(x), splatConstant(Math.LOG2E)))),
      set(x, multiplyAdd(get(n), splatConstant(-ln2), get(x))),
      set(x, multiplyAdd(get(n), splatConstant(ln2 - Math.LN2), get(x))),
      set(power, splatConstant(coefficients[0])),
      ...coefficients.slice(1).map((each) => set(power, multiplyAdd(get(power), get(x), splatConstant(each)))),
      storeFour(get(address), multiplyFour(get(power), powersOfTwo(get(n)))),
      increase(address, constant(16)),
      decrease(fours, constant(1)),
    ),
  );
  return f;
}

export const segmentationFunctions = [exponentials()];

/**
 * The slice's part of the sums [3, classes], as doubles, and its class probabilities [pixels, classes]. Arguments:
 * addresses of the logits, of the pixels' classes (whole numbers of 32 bits), of the probabilities and of the sums;
 * pixels, classes.
 */
const segmentationSums: Routine = (context, logits, classes, probabilities, sums, pixels, classCount) => {
  const floats = context.floats();
  const doubles = context.doubles();
  const numbers = context.integers();
  const total = sums / 8;
  doubles.fill(0, total, total + 3 * classCount);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = logits / 4 + pixel * classCount;
    const to = probabilities / 4 + pixel * classCount;
    let most = floats[at];
    for (let c = 1; c < classCount; c++) most = Math.max(most, floats[at + c]);
    for (let c = 0; c < classCount; c++) floats[to + c] = floats[at + c] - most;
  }
  const count = pixels * classCount;
  context.code.exponentials(probabilities, Math.floor(count / 4));
  for (let at = probabilities / 4 + count - (count % 4); at < probabilities / 4 + count; at++) {
    floats[at] = Math.exp(floats[at]);
  }
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = logits / 4 + pixel * classCount;
    const to = probabilities / 4 + pixel * classCount;
    let most = floats[at];
    let sum = 0;
    for (let c = 0; c < classCount; c++) {
      most = Math.max(most, floats[at + c]);
      sum += floats[to + c];
    }
    for (let c = 0; c < classCount; c++) {
      const probability = floats[to + c] / sum;
      floats[to + c] = probability;
      doubles[total + 2 * classCount + c] += probability;
    }
    const right = numbers[classes / 4 + pixel];
    doubles[total + right] += Math.log(sum) - (floats[at + right] - most);
    doubles[total + classCount + right] += floats[to + right];
  }
};

/**
 * The slice's slopes at the logits [pixels, classes] from those at the sums [3, classes]. Arguments: addresses of the
 * probabilities, of the pixels' classes, of the slopes at the sums and of those at the logits; pixels, classes.
 */
const segmentationSumsGradient: Routine = (context, probabilities, classes, dSums, dLogits, pixels, classCount) => {
  const floats = context.floats();
  const numbers = context.integers();
  const slopes = Float64Array.from(floats.subarray(dSums / 4, dSums / 4 + 3 * classCount));
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = probabilities / 4 + pixel * classCount;
    const to = dLogits / 4 + pixel * classCount;
    const right = numbers[classes / 4 + pixel];
    const missing = slopes[right];
    const overlap = slopes[classCount + right];
    // The sums are functions of the probabilities: their slopes g there, and g minus its mean times p at the logits.
    let mean = overlap * floats[at + right];
    for (let c = 0; c < classCount; c++) mean += slopes[2 * classCount + c] * floats[at + c];
    for (let c = 0; c < classCount; c++) {
      const probability = floats[at + c];
      const g = slopes[2 * classCount + c] - mean;
      floats[to + c] =
        c === right ? probability * (g + overlap) + missing * (probability - 1) : probability * (g + missing);
    }
  }
};

export const segmentationRoutines = { segmentationSums, segmentationSumsGradient };
