/** The supervised loss (docs/method.md, section 8): cross-entropy plus soft Dice (Milletari et al., 3DV 2016). */
import * as tf from '@tensorflow/tfjs';

/**
 * Pixels added to both sides of Dice's fraction: a class that the batch lacks costs what is falsely predicted of it.
 */
const SMOOTHING = 1;

/** Kernel names, under which an engine registers what it has. */
export const SEGMENTATION_SUMS = 'IsocenterSegmentationSums';
export const SEGMENTATION_SUMS_GRADIENT = 'IsocenterSegmentationSumsGradient';

/**
 * What the loss is made of, summed over the pixels of each class or over all of them: the log-probability that the
 * right class missed, the probability of the class where it is right, and its probability everywhere. Sums of
 * sub-batches add up to those of the batch. [3, C], for logits [N, H, W, C] and `classes` [N, H, W] with values below
 * C.
 *
 * An engine may have kernels for the sums and their gradient. The first takes logits and classes and gives the sums and
 * the probabilities [N, H, W, C]; the second takes the slopes at the sums, the probabilities and classes, and gives
 * those at the logits.
 */
export function segmentationSums(logits: tf.Tensor4D, classes: Uint8Array): tf.Tensor2D {
  if (!tf.getKernel(SEGMENTATION_SUMS, tf.getBackend())) return composedSegmentationSums(logits, classes);
  return tf.tidy(() => {
    const target = tf.tensor1d(classes, 'int32');
    const operation = tf.customGrad((...args) => {
      const [logits, save] = args as [tf.Tensor, tf.GradSaveFunc];
      const [value, probabilities] = tf
        .engine()
        .runKernel(SEGMENTATION_SUMS, { logits, classes: target }) as tf.Tensor[];
      save([probabilities, target]);
      const gradFunc = (dSums: tf.Tensor, saved: tf.Tensor[]) => {
        const [probabilities, classes] = saved;
        return tf.engine().runKernel(SEGMENTATION_SUMS_GRADIENT, { dSums, probabilities, classes }) as tf.Tensor;
      };
      return { value, gradFunc };
    });
    return operation(logits) as tf.Tensor2D;
  });
}

function composedSegmentationSums(logits: tf.Tensor4D, classes: Uint8Array): tf.Tensor2D {
  return tf.tidy(() => {
    const classCount = logits.shape[3];
    const target = tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), classCount), 'float32'); // [NHW, C]
    const logProbabilities = tf.logSoftmax(tf.reshape(logits, [classes.length, classCount])); // [NHW, C]
    const probabilities = tf.exp(logProbabilities);
    const missing = tf.neg(tf.sum(tf.mul(target, logProbabilities), 0)); // [C]
    const overlap = tf.sum(tf.mul(probabilities, target), 0); // [C]
    return tf.stack([missing, overlap, tf.sum(probabilities, 0)]) as tf.Tensor2D;
  });
}

/**
 * Cross-entropy + 1 - mean soft Dice over the classes but background, each taken over the whole batch, of whose sums
 * [3, C] it is a function; `classes` are the batch's. Differentiable by the sums.
 *
 * The cross-entropy is the mean of two: over all pixels, and over the classes that the batch has, each class being the
 * mean of its own pixels. The first alone is nearly all background: a network then finds the structure, gives all of it
 * one label, and stays there for hundreds of steps, since telling the labels apart hardly counts.
 */
export function lossOfSums(sums: tf.Tensor2D, classes: Uint8Array): tf.Scalar {
  return tf.tidy(() => {
    const [missing, overlap, probability] = tf.unstack(sums); // [C] each
    const classCount = missing.size;
    const counts = new Float32Array(classCount);
    for (let pixel = 0; pixel < classes.length; pixel++) counts[classes[pixel]]++;
    const present = counts.filter((count) => count > 0).length;
    const overPixels = tf.div(tf.sum(missing), classes.length);
    const divisors = counts.map((count) => Math.max(1, count));
    const overClasses = tf.div(tf.sum(tf.div(missing, divisors)), present);
    const crossEntropy = tf.div(tf.add(overPixels, overClasses), 2);

    const both = tf.add(probability, counts); // [C]
    const dice = tf.div(tf.add(tf.mul(overlap, 2), SMOOTHING), tf.add(both, SMOOTHING)); // [C]
    const missed = tf.sub(1, tf.mean(tf.slice(dice, [1], [classCount - 1])));
    return tf.add(crossEntropy, missed) as tf.Scalar;
  });
}

/** The loss of a batch that is computed at once. */
export function segmentationLoss(logits: tf.Tensor4D, classes: Uint8Array): tf.Scalar {
  return tf.tidy(() => lossOfSums(segmentationSums(logits, classes), classes));
}
