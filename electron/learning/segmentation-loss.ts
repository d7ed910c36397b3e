/** The supervised loss (DESIGN 4.8): cross-entropy plus soft Dice (Milletari et al., 3DV 2016). */
import * as tf from '@tensorflow/tfjs';

/** Pixels added to both sides of Dice's fraction: a class that the batch lacks costs what is falsely predicted of it. */
const SMOOTHING = 1;

/**
 * Mean cross-entropy over pixels + 1 - mean soft Dice over the classes but background, each taken over the whole batch.
 * Logits are [N, H, W, C], `classes` [N, H, W] with values below C.
 */
export function segmentationLoss(logits: tf.Tensor4D, classes: Uint8Array): tf.Scalar {
  return tf.tidy(() => {
    const pixels = classes.length;
    const classCount = logits.shape[3];
    const target = tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), classCount), 'float32'); // [NHW, C]
    const logProbabilities = tf.logSoftmax(tf.reshape(logits, [pixels, classCount])); // [NHW, C]
    const crossEntropy = tf.div(tf.sum(tf.mul(target, logProbabilities)), -pixels);

    const probabilities = tf.exp(logProbabilities);
    const overlap = tf.sum(tf.mul(probabilities, target), 0); // [C]
    const both = tf.add(tf.sum(probabilities, 0), tf.sum(target, 0)); // [C]
    const dice = tf.div(tf.add(tf.mul(overlap, 2), SMOOTHING), tf.add(both, SMOOTHING)); // [C]
    const missed = tf.sub(1, tf.mean(tf.slice(dice, [1], [classCount - 1])));
    return tf.add(crossEntropy, missed) as tf.Scalar;
  });
}
