/** The supervised loss (DESIGN 4.8): cross-entropy plus soft Dice (Milletari et al., 3DV 2016). */
import * as tf from '@tensorflow/tfjs';

/** Pixels added to both sides of Dice's fraction: a class that the batch lacks costs what is falsely predicted of it. */
const SMOOTHING = 1;

/**
 * Cross-entropy + 1 - mean soft Dice over the classes but background, each taken over the whole batch. Logits are
 * [N, H, W, C], `classes` [N, H, W] with values below C.
 *
 * The cross-entropy is the mean of two: over all pixels, and over the classes that the batch has, each class being the mean
 * of its own pixels. The first alone is nearly all background: a network then finds the structure, gives all of it one
 * label, and stays there for hundreds of steps, since telling the labels apart hardly counts.
 */
export function segmentationLoss(logits: tf.Tensor4D, classes: Uint8Array): tf.Scalar {
  return tf.tidy(() => {
    const pixels = classes.length;
    const classCount = logits.shape[3];
    const target = tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), classCount), 'float32'); // [NHW, C]
    const logProbabilities = tf.logSoftmax(tf.reshape(logits, [pixels, classCount])); // [NHW, C]
    const missing = tf.neg(tf.sum(tf.mul(target, logProbabilities), 0)); // [C], summed over the pixels of each class
    const counts = tf.sum(target, 0); // [C]
    const present = tf.sum(tf.cast(tf.greater(counts, 0), 'float32'));
    const overPixels = tf.div(tf.sum(missing), pixels);
    const overClasses = tf.div(tf.sum(tf.div(missing, tf.maximum(counts, 1))), present);
    const crossEntropy = tf.div(tf.add(overPixels, overClasses), 2);

    const probabilities = tf.exp(logProbabilities);
    const overlap = tf.sum(tf.mul(probabilities, target), 0); // [C]
    const both = tf.add(tf.sum(probabilities, 0), tf.sum(target, 0)); // [C]
    const dice = tf.div(tf.add(tf.mul(overlap, 2), SMOOTHING), tf.add(both, SMOOTHING)); // [C]
    const missed = tf.sub(1, tf.mean(tf.slice(dice, [1], [classCount - 1])));
    return tf.add(crossEntropy, missed) as tf.Scalar;
  });
}
