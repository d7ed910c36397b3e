/**
 * The losses of federated contrastive learning (docs/method.md, section 5; Wu et al., MICCAI 2021, section 2.3): an
 * anchor is drawn to features of its own partition, local and remote, and pushed from features of every other
 * partition.
 *
 * Axes: A anchors, K features of Q', L numbers a feature.
 */
import * as tf from '@tensorflow/tfjs';
import type { SampledFeatures } from './memory-bank.ts';

interface ContrastiveLosses {
  local: tf.Tensor1D; // [A], 0 where Q' has no local feature of the anchor's partition
  remote: tf.Tensor1D; // [A], 0 where Q' has no remote feature of the anchor's partition
  total: tf.Scalar; // mean over anchors of local + remote
}

/** Added to the similarity of what is no negative: far below any real one, yet finite. */
const EXCLUDED = -1e9;

/** Losses of anchors [A, L] of unit length against Q'. Differentiable by the anchors; Q' is constant. */
export function contrastiveLosses(
  anchors: tf.Tensor2D,
  anchorPartitions: Uint8Array,
  sampled: SampledFeatures,
  temperature: number,
): ContrastiveLosses {
  return tf.tidy(() => {
    const masks = pairMasks(anchorPartitions, sampled);
    const shape: [number, number] = [anchorPartitions.length, sampled.count];
    const features = tf.tensor2d(sampled.vectors, [sampled.count, sampled.length]); // [K, L]
    const similarities = tf.div(tf.matMul(anchors, features, false, true), temperature); // [A, K]
    const negatives = tf.logSumExp(tf.add(similarities, tf.tensor2d(masks.exclusions, shape)), 1, true); // [A, 1]
    // -log(e^s / (e^s + sum of e^n)) = log(1 + e^(log of the sum - s)), which neither overflows nor loses digits.
    const losses = tf.softplus(tf.sub(negatives, similarities)); // [A, K], of use only where the feature is a positive
    const local = tf.sum(tf.mul(losses, tf.tensor2d(masks.localShares, shape)), 1) as tf.Tensor1D;
    const remote = tf.sum(tf.mul(losses, tf.tensor2d(masks.remoteShares, shape)), 1) as tf.Tensor1D;
    const total = tf.div(tf.sum(tf.add(local, remote)), shape[0]) as tf.Scalar;
    return { local, remote, total };
  });
}

/** All [A, K]: 1 / |P(q)| at local positives, 1 / |R(q)| at remote ones, and EXCLUDED at both, 0 elsewhere. */
function pairMasks(anchorPartitions: Uint8Array, { count, partitions, isLocal }: SampledFeatures) {
  const size = anchorPartitions.length * count;
  const localShares = new Float32Array(size);
  const remoteShares = new Float32Array(size);
  const exclusions = new Float32Array(size);
  const localCounts = new Uint32Array(256); // by partition
  const remoteCounts = new Uint32Array(256);
  for (let k = 0; k < count; k++) (isLocal[k] ? localCounts : remoteCounts)[partitions[k]]++;
  for (let a = 0; a < anchorPartitions.length; a++) {
    const partition = anchorPartitions[a];
    for (let k = 0; k < count; k++) {
      if (partitions[k] !== partition) continue;
      exclusions[a * count + k] = EXCLUDED;
      if (isLocal[k]) localShares[a * count + k] = 1 / localCounts[partition];
      else remoteShares[a * count + k] = 1 / remoteCounts[partition];
    }
  }
  return { localShares, remoteShares, exclusions };
}
