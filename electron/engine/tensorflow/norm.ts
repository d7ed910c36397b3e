/**
 * Group norm of each sample, then leaky ReLU, and the gradient of both together, in few passes over the pixels: sums
 * over pixels first, then one multiplication and one addition a pixel, with numbers that are reckoned once a channel.
 *
 * With x one channel's values, mean m and r = 1 / sqrt(variance + epsilon) of its group of M numbers, s and o its scale
 * and offset, the value before the ReLU is x r s + (o - m r s). For a slope g at it:
 *
 *   d offset = sum of g,   d scale = t, where t = r * (sum of g x - m * sum of g),
 *   dx = g r s + x q - r / M * (sum over the group of s g) - m q, where q = -r^2 / M * (sum over the group of s t).
 */
import type * as tf from '@tensorflow/tfjs';
import { NORM_LEAKY, NORM_LEAKY_GRADIENT, type NormLeakyAttributes } from '../../learning/network/fused.ts';
import type { Operations } from './operations.ts';

type Inputs<Name extends string> = Record<Name, tf.TensorInfo>;

/** [y, statistics]: statistics [2, N, G, 1] holds mean and r of each sample's groups. */
function normLeaky(
  op: Operations,
  { x, scale, offset }: Inputs<'x' | 'scale' | 'offset'>,
  { groups, leak, epsilon }: NormLeakyAttributes,
): tf.Tensor[] {
  const [n, h, w, c] = x.shape;
  const perGroup = c / groups;
  const count = op.number(1 / (h * w * perGroup));
  return op.compute([x, scale, offset], (x, scale, offset) => {
    const pixels = op.reshape(x, [n, h * w, c]);
    const sums = op.pack([op.sum(pixels, 1), op.sum(op.square(pixels), 1)]); // [2, N, 1, C]
    const ofGroups = op.sum(op.reshape(sums, [2, n, groups, perGroup]), 3); // [2, N, G, 1]
    const [mean, squares] = op.unpack(op.multiply(ofGroups, count)); // [N, G, 1]
    const variance = op.maximum(op.subtract(squares, op.square(mean)), op.number(0));
    const inverse = op.inverseSquareRoot(op.add(variance, op.number(epsilon)));
    const factor = op.multiply(inverse, op.reshape(scale, [groups, perGroup])); // [N, G, C/G]
    const shift = op.subtract(op.reshape(offset, [groups, perGroup]), op.multiply(mean, factor));
    const scaled = op.multiply(pixels, op.reshape(factor, [n, 1, c]));
    const y = op.leakyRelu(op.add(scaled, op.reshape(shift, [n, 1, c])), leak);
    return [op.reshape(y, [n, h, w, c]), op.pack([mean, inverse])];
  });
}

/** [dx, d scale, d offset] */
function normLeakyGradient(
  op: Operations,
  { dy, x, y, scale, statistics }: Inputs<'dy' | 'x' | 'y' | 'scale' | 'statistics'>,
  { groups, leak }: NormLeakyAttributes,
): tf.Tensor[] {
  const [n, h, w, c] = x.shape;
  const perGroup = c / groups;
  const grouped = [n, groups, perGroup];
  const rest = op.number(-1 / (h * w * perGroup));
  return op.compute([dy, x, y, scale, statistics], (dy, x, y, scale, statistics) => {
    const pixels = op.reshape(x, [n, h * w, c]);
    const slope = op.reshape(op.leakyReluSlope(dy, y, leak), [n, h * w, c]);
    const [mean, inverse] = op.unpack(statistics); // [N, G, 1]
    const scales = op.reshape(scale, [groups, perGroup]);
    const sums = op.reshape(op.sum(slope, 1), grouped);
    const products = op.reshape(op.sum(op.multiply(slope, pixels), 1), grouped);
    const t = op.multiply(op.subtract(products, op.multiply(mean, sums)), inverse); // [N, G, C/G]
    const ofX = op.multiply(op.multiply(op.square(inverse), op.sum(op.multiply(scales, t), 2)), rest); // [N, G, 1]
    const ofSums = op.multiply(op.multiply(inverse, op.sum(op.multiply(scales, sums), 2)), rest);
    const constant = op.subtract(ofSums, op.multiply(ofX, mean));
    const aPixel = (numbers: typeof t) => op.reshape(op.broadcast(numbers, grouped), [n, 1, c]);
    const ofSlope = op.multiply(slope, aPixel(op.multiply(inverse, scales)));
    const dx = op.add(op.add(ofSlope, op.multiply(pixels, aPixel(ofX))), aPixel(constant));
    return [op.reshape(dx, [n, h, w, c]), op.reshape(op.sum(t, 0), [c]), op.reshape(op.sum(sums, 0), [c])];
  });
}

export function normKernels(op: Operations): tf.KernelConfig[] {
  return [
    {
      kernelName: NORM_LEAKY,
      backendName: 'tensorflow',
      kernelFunc: ({ inputs, attrs }) =>
        normLeaky(op, inputs as Parameters<typeof normLeaky>[1], attrs as unknown as NormLeakyAttributes),
    },
    {
      kernelName: NORM_LEAKY_GRADIENT,
      backendName: 'tensorflow',
      kernelFunc: ({ inputs, attrs }) =>
        normLeakyGradient(
          op,
          inputs as Parameters<typeof normLeakyGradient>[1],
          attrs as unknown as NormLeakyAttributes,
        ),
    },
  ];
}
