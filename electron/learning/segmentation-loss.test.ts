import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { mean } from '../../shared/mean.ts';
import { seededRandom } from '../../shared/random.ts';
import { startTestEngine } from '../engine/testing.ts';
import { segmentationLoss } from './segmentation-loss.ts';

const SHAPE: [number, number, number, number] = [2, 4, 4, 3];
const PIXELS = 32;

beforeAll(startTestEngine);

function randomCase(): { logits: number[]; classes: Uint8Array } {
  const random = seededRandom('logits');
  const logits = Array.from({ length: PIXELS * 3 }, () => 4 * random() - 2);
  const classes = Uint8Array.from({ length: PIXELS }, () => Math.floor(3 * random()));
  return { logits, classes };
}

/** The definition, pixel by pixel in float64. */
function expectedLoss(logits: number[], classes: Uint8Array): number {
  let overPixels = 0;
  const ofClass: number[][] = [[], [], []];
  const overlap = [0, 0, 0];
  const both = [0, 0, 0];
  classes.forEach((actual, pixel) => {
    const powers = [0, 1, 2].map((c) => Math.exp(logits[3 * pixel + c]));
    const total = powers[0] + powers[1] + powers[2];
    const surprise = -Math.log(powers[actual] / total);
    overPixels += surprise / classes.length;
    ofClass[actual].push(surprise);
    for (const c of [0, 1, 2]) {
      const hit = c === actual ? 1 : 0;
      overlap[c] += (hit * powers[c]) / total;
      both[c] += hit + powers[c] / total;
    }
  });
  const means = ofClass.filter(({ length }) => length > 0).map((values) => mean(values));
  const crossEntropy = (overPixels + mean(means)) / 2;
  const dice = [1, 2].map((c) => (2 * overlap[c] + 1) / (both[c] + 1));
  return crossEntropy + 1 - (dice[0] + dice[1]) / 2;
}

describe('segmentationLoss', () => {
  it('is cross-entropy plus soft Dice', async () => {
    const { logits, classes } = randomCase();
    const [loss] = await segmentationLoss(tf.tensor4d(logits, SHAPE), classes).data();
    expect(loss).toBeCloseTo(expectedLoss(logits, classes), 5);
  });

  it('has the gradient of its definition', async () => {
    const { logits, classes } = randomCase();
    const gradient = await tf
      .grad((x) => segmentationLoss(x as tf.Tensor4D, classes))(tf.tensor4d(logits, SHAPE))
      .data();
    for (let index = 0; index < logits.length; index += 7) {
      const step = 1e-4;
      const at = (change: number) => expectedLoss(logits.with(index, logits[index] + change), classes);
      expect(gradient[index]).toBeCloseTo((at(step) - at(-step)) / (2 * step), 5);
    }
  });

  it('is nearly 0 for a sure and right prediction, also where a class is absent', async () => {
    const classes = new Uint8Array(PIXELS).fill(1);
    const logits = tf.tensor4d(
      Array.from({ length: PIXELS * 3 }, (_, index) => (index % 3 === 1 ? 20 : -20)),
      SHAPE,
    );
    expect((await segmentationLoss(logits, classes).data())[0]).toBeLessThan(1e-4);
  });
});
