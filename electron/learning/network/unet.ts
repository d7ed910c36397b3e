/**
 * The 2-D U-Net (Ronneberger et al., MICCAI 2015) whose encoder is pre-trained by contrast, as pure functions over
 * named weights. Each level has two 3x3 convolutions with group norm and leaky ReLU; 2x2 maxima lead down; a 1x1
 * convolution that halves the channels, repeated pixels and the skip connection lead up.
 *
 * Axes: N slices, H and W pixels (multiples of 2 ^ (levels - 1)), C channels last.
 */
import * as tf from '@tensorflow/tfjs';
import type { NetworkSettings } from '../../../shared/plan.ts';
import { joinSkip, normLeaky } from './fused.ts';
import type { Weights } from './weights.ts';

/**
 * Feature maps of every level, shallow to deep, from slices [N, H, W, 1]: level l is [N, H/2^(l-1), W/2^(l-1),
 * baseWidth*2^(l-1)].
 */
export function encode(weights: Weights, slices: tf.Tensor4D, settings: NetworkSettings): tf.Tensor4D[] {
  return tf.tidy(() => {
    const levels: tf.Tensor4D[] = [];
    let x = slices;
    for (let level = 1; level <= settings.levels; level++) {
      if (level > 1) x = tf.maxPool(x, 2, 2, 'valid');
      x = convolve(weights, `encoder.level${level}.conv1`, x);
      x = convolve(weights, `encoder.level${level}.conv2`, x);
      levels.push(x);
    }
    return levels;
  });
}

/**
 * Feature vectors [N, featureLength] of length 1 from the deepest level: mean over pixels, then a two-layer perceptron.
 */
export function project(weights: Weights, deepest: tf.Tensor4D, settings: NetworkSettings): tf.Tensor2D {
  return tf.tidy(() => {
    const pooled = tf.mean(deepest, [1, 2]) as tf.Tensor2D; // [N, deepest channels]
    const hidden = tf.relu(dense(weights, 'projection.layer1', pooled)); // [N, deepest channels]
    const vectors = dense(weights, 'projection.layer2', hidden as tf.Tensor2D); // [N, featureLength]
    const squares = tf.sum(tf.square(vectors), 1, true); // [N, 1]
    const unit = tf.mul(vectors, tf.rsqrt(tf.add(squares, 1e-12)));
    return tf.reshape(unit, [deepest.shape[0], settings.featureLength]);
  });
}

/** Class scores before softmax, [N, H, W, classes], class 0 the background, from slices [N, H, W, 1]. */
export function segmentLogits(weights: Weights, slices: tf.Tensor4D, settings: NetworkSettings): tf.Tensor4D {
  return tf.tidy(() => {
    const levels = encode(weights, slices, settings);
    let x = levels[settings.levels - 1];
    for (let level = settings.levels - 1; level >= 1; level--) {
      const coarse = tf.conv2d(x, weights[`decoder.level${level}.up.kernel`] as tf.Tensor4D, 1, 'same');
      x = joinSkip(coarse, levels[level - 1]);
      x = convolve(weights, `decoder.level${level}.conv1`, x);
      x = convolve(weights, `decoder.level${level}.conv2`, x);
    }
    const scores = tf.conv2d(x, weights['decoder.head.kernel'] as tf.Tensor4D, 1, 'same');
    return tf.add(scores, weights['decoder.head.bias']) as tf.Tensor4D;
  });
}

function convolve(weights: Weights, name: string, x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const sums = tf.conv2d(x, weights[`${name}.kernel`] as tf.Tensor4D, 1, 'same');
    return normLeaky(sums, weights[`${name}.scale`], weights[`${name}.offset`]);
  });
}

function dense(weights: Weights, name: string, x: tf.Tensor2D): tf.Tensor2D {
  return tf.add(tf.matMul(x, weights[`${name}.kernel`] as tf.Tensor2D), weights[`${name}.bias`]) as tf.Tensor2D;
}
