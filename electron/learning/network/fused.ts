/**
 * The two steps of the network that an engine may have a kernel of its own for: the norm with its activation, and the
 * joining of a coarse level with its skip connection. Where the engine has none, both are put together from tfjs
 * operations, which is slower and gives the same numbers.
 */
import * as tf from '@tensorflow/tfjs';

/** Kernel names, under which an engine registers what it has. */
export const NORM_LEAKY = 'IsocenterNormLeaky';
export const NORM_LEAKY_GRADIENT = 'IsocenterNormLeakyGradient';
export const JOIN_SKIP = 'IsocenterJoinSkip';
export const JOIN_SKIP_GRADIENT = 'IsocenterJoinSkipGradient';

/** Slope of the leaky ReLU below zero. */
const LEAK = 0.01;
/** Added to the variance, so that a constant slice does not divide by zero. */
const EPSILON = 1e-5;
/** Groups of channels that are normalised together: group norm keeps what differs between the channels of a group. */
const GROUPS = 4;

/** Kernels take channels in fours; other numbers of channels are put together from tfjs operations. */
function hasKernel(name: string, ...tensors: tf.Tensor4D[]): boolean {
  return tensors.every((tensor) => tensor.shape[3] % 4 === 0) && tf.getKernel(name, tf.getBackend()) !== undefined;
}

function groupsOf(channels: number): number {
  let groups = Math.min(GROUPS, channels);
  while (channels % groups !== 0) groups--;
  return groups;
}

/** Attributes of the NORM_LEAKY kernels. */
export interface NormLeakyAttributes extends tf.NamedAttrMap {
  groups: number;
  leak: number;
  epsilon: number;
}

/**
 * Group norm of each sample (Wu and He, ECCV 2018) with learnt scale and offset, then leaky ReLU.
 * x is [N, H, W, C]; scale and offset are [C].
 */
export function normLeaky(x: tf.Tensor4D, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor4D {
  const groups = groupsOf(x.shape[3]);
  if (!hasKernel(NORM_LEAKY, x)) return composedNormLeaky(x, scale, offset, groups);
  const attributes: NormLeakyAttributes = { groups, leak: LEAK, epsilon: EPSILON };
  const operation = tf.customGrad((...args) => {
    const [x, scale, offset, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const [y, statistics] = tf.engine().runKernel(NORM_LEAKY, { x, scale, offset }, attributes) as tf.Tensor[];
    save([x, y, scale, offset, statistics]); // y costs nothing: what it is given to keeps it as well
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, y, scale, offset, statistics] = saved;
      const inputs = { dy, x, y, scale, offset, statistics };
      return tf.engine().runKernel(NORM_LEAKY_GRADIENT, inputs, attributes) as tf.Tensor[];
    };
    return { value: y, gradFunc };
  });
  return operation(x, scale, offset) as tf.Tensor4D;
}

/**
 * With a gradient of its own: tfjs's would keep every value between x and y until the backward pass, four times as
 * much.
 */
function composedNormLeaky(x: tf.Tensor4D, scale: tf.Tensor, offset: tf.Tensor, groups: number): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const grouped: [number, number, number, number] = [n, h * w, groups, c / groups];
  const normal = (x: tf.Tensor, mean: tf.Tensor, slope: tf.Tensor) =>
    tf.reshape(tf.mul(tf.sub(tf.reshape(x, grouped), mean), slope), x.shape); // [N, H, W, C]
  const operation = tf.customGrad((...args) => {
    const [x, scale, offset, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const { mean, variance } = tf.moments(tf.reshape(x, grouped), [1, 3], true); // [N, 1, G, 1]
    const slope = tf.rsqrt(tf.add(variance, EPSILON)); // [N, 1, G, 1]
    const value = tf.leakyRelu(tf.add(tf.mul(normal(x, mean, slope), scale), offset), LEAK);
    save([x, scale, mean, slope, value]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.tidy(() => {
        const [x, scale, mean, slope, value] = saved;
        const dScaled = tf.mul(dy, tf.step(value, LEAK)); // [N, H, W, C]; the leak keeps signs
        const normed = normal(x, mean, slope);
        const dNormal = tf.reshape(tf.mul(dScaled, scale), grouped);
        const along = tf.mean(tf.mul(dNormal, tf.reshape(normed, grouped)), [1, 3], true); // [N, 1, G, 1]
        const shift = tf.add(tf.mul(tf.reshape(normed, grouped), along), tf.mean(dNormal, [1, 3], true));
        const dx = tf.reshape(tf.mul(tf.sub(dNormal, shift), slope), x.shape);
        return [dx, tf.sum(tf.mul(dScaled, normed), [0, 1, 2]), tf.sum(dScaled, [0, 1, 2])];
      });
    return { value, gradFunc };
  });
  return operation(x, scale, offset) as tf.Tensor4D;
}

/**
 * Repeats each pixel of `coarse` [N, H, W, A] two by two and appends the channels of `skip` [N, 2H, 2W, B]:
 * [N, 2H, 2W, A + B].
 */
export function joinSkip(coarse: tf.Tensor4D, skip: tf.Tensor4D): tf.Tensor4D {
  if (!hasKernel(JOIN_SKIP, coarse, skip)) return composedJoinSkip(coarse, skip);
  const operation = tf.customGrad((...args) => {
    const [coarse, skip] = args as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const attributes = { coarseChannels: coarse.shape[3] as number };
    const value = tf.engine().runKernel(JOIN_SKIP, { coarse, skip }) as tf.Tensor;
    const gradFunc = (dy: tf.Tensor) => tf.engine().runKernel(JOIN_SKIP_GRADIENT, { dy }, attributes) as tf.Tensor[];
    return { value, gradFunc };
  });
  return operation(coarse, skip) as tf.Tensor4D;
}

/** With a gradient of its own, because tfjs's of nearest-neighbour resizing mixes up the samples of a batch. */
function composedJoinSkip(coarse: tf.Tensor4D, skip: tf.Tensor4D): tf.Tensor4D {
  const [n, h, w, c] = coarse.shape;
  const operation = tf.customGrad((...args) => {
    const [coarse, skip] = args as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const pixels = tf.reshape(coarse, [n * h * w, 1, c]);
    const rows = tf.reshape(tf.concat([pixels, pixels], 1), [n * h, 1, 2 * w * c]);
    const repeated = tf.reshape(tf.concat([rows, rows], 1), [n, 2 * h, 2 * w, c]);
    const gradFunc = (dy: tf.Tensor) =>
      tf.tidy(() => {
        const [dRepeated, dSkip] = tf.split(dy, [c, skip.shape[3] as number], 3);
        return [tf.mul(tf.avgPool(dRepeated as tf.Tensor4D, 2, 2, 'valid'), 4), dSkip];
      });
    return { value: tf.concat([repeated, skip], 3), gradFunc };
  });
  return operation(coarse, skip) as tf.Tensor4D;
}
