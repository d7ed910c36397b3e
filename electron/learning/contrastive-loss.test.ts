import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startTestEngine } from '../engine/testing.ts';
import { contrastiveLosses } from './contrastive-loss.ts';
import type { SampledFeatures } from './memory-bank.ts';

/** fixtures/contrastive-loss.json: inputs, losses and gradients of an independent float64 implementation. */
interface Case {
  name: string;
  temperature: number;
  anchors: number[][];
  anchorPartitions: number[];
  features: number[][];
  featurePartitions: number[];
  featureIsLocal: boolean[];
  localLoss: number[];
  remoteLoss: number[];
  totalLoss: number;
  gradientOfTotalByAnchors: number[][];
}
const file = new URL('fixtures/contrastive-loss.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };
const TOLERANCE = 1e-5;

beforeAll(startTestEngine);

function sampled({ features, featurePartitions, featureIsLocal }: Case): SampledFeatures {
  return {
    count: features.length,
    length: features[0].length,
    vectors: Float32Array.from(features.flat()),
    partitions: Uint8Array.from(featurePartitions),
    isLocal: Uint8Array.from(featureIsLocal, Number),
  };
}

async function largestDifference(values: tf.Tensor, expected: number[]): Promise<number> {
  const numbers = await values.data<'float32'>();
  return numbers.reduce((worst, value, index) => Math.max(worst, Math.abs(value - expected[index])), 0);
}

describe.each(cases)('contrastive losses: $name', (reference) => {
  const partitions = Uint8Array.from(reference.anchorPartitions);

  it('match the reference', async () => {
    const anchors = tf.tensor2d(reference.anchors);
    const { local, remote, total } = contrastiveLosses(anchors, partitions, sampled(reference), reference.temperature);
    expect(local.size).toBe(reference.anchors.length);
    expect(await largestDifference(local, reference.localLoss)).toBeLessThan(TOLERANCE);
    expect(await largestDifference(remote, reference.remoteLoss)).toBeLessThan(TOLERANCE);
    expect(await largestDifference(total, [reference.totalLoss])).toBeLessThan(TOLERANCE);
  });

  it('have the gradient of the reference', async () => {
    const gradient = tf.grad((anchors) => {
      return contrastiveLosses(anchors as tf.Tensor2D, partitions, sampled(reference), reference.temperature).total;
    })(tf.tensor2d(reference.anchors));
    expect(gradient.shape).toEqual([reference.anchors.length, reference.anchors[0].length]);
    expect(await largestDifference(gradient, reference.gradientOfTotalByAnchors.flat())).toBeLessThan(TOLERANCE);
  });
});

describe('contrastive losses', () => {
  const anchor = () => tf.tensor2d([[1, 0]]);

  it('are 0 and give no gradient where the anchor has no positive', async () => {
    const others: SampledFeatures = {
      count: 2,
      length: 2,
      vectors: Float32Array.of(0, 1, 1, 0),
      partitions: Uint8Array.of(1, 2),
      isLocal: Uint8Array.of(1, 0),
    };
    const loss = (x: tf.Tensor) => contrastiveLosses(x as tf.Tensor2D, Uint8Array.of(0), others, 0.1).total;
    expect((await loss(anchor()).data())[0]).toBe(0);
    expect([...(await tf.grad(loss)(anchor()).data())]).toEqual([0, 0]);
  });

  it('are 0 where there is no negative, and stay finite at a very sharp temperature', async () => {
    const own: SampledFeatures = {
      count: 1,
      length: 2,
      vectors: Float32Array.of(0, 1),
      partitions: Uint8Array.of(0),
      isLocal: Uint8Array.of(1),
    };
    const alone = contrastiveLosses(anchor(), Uint8Array.of(0), own, 0.1).total;
    expect((await alone.data())[0]).toBe(0);
    const opposed: SampledFeatures = {
      count: 2,
      length: 2,
      vectors: Float32Array.of(-1, 0, 1, 0),
      partitions: Uint8Array.of(0, 1),
      isLocal: Uint8Array.of(1, 1),
    };
    const sharp = contrastiveLosses(anchor(), Uint8Array.of(0), opposed, 0.001).total;
    expect((await sharp.data())[0]).toBeCloseTo(2000, 2);
  });
});
