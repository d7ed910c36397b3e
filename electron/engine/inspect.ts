/** What `doctor` and the window ask the trainer of one engine: does it compute here, on what, and how fast? */
import * as tf from '@tensorflow/tfjs';
import type { EngineSpeed } from '../../shared/engine.ts';
import { networkSettings, planSchema } from '../../shared/plan.ts';
import { gaussian, seededRandom } from '../../shared/random.ts';
import { Finetuning } from '../learning/finetuning.ts';
import { initialWeights } from '../learning/network/weights.ts';
import { engines, lookOfFailed } from './choice.ts';
import type { EngineReport, InspectJob } from './jobs.ts';

const SECONDS = 1; // of each of the two measurements, at most and about

export async function inspect({ engine: name, measure }: InspectJob): Promise<EngineReport> {
  const engine = engines.find((each) => each.name === name);
  if (!engine) return { look: { usable: false, reason: 'It is not built in.', next: '' }, speed: null };
  const look = await engine.look();
  if (!look.usable) return { look, speed: null };
  try {
    await engine.start();
  } catch (error) {
    return { look: lookOfFailed(error), speed: null };
  }
  const measured = measure && look.kind !== 'software'; // which would take minutes, to say that it is slow
  return { look, speed: measured ? await measureSpeed() : null };
}

/** The convolution tells what the device can do, the step what a person gets of it. */
async function measureSpeed(): Promise<EngineSpeed> {
  return { gflops: await convolutionSpeed(), slicesPerSecond: await trainingSpeed() };
}

/** A 3 x 3 convolution of 32 slices of 48 x 48, 32 channels to 32, and both of its gradients. */
async function convolutionSpeed(): Promise<number> {
  const slices = tf.ones<tf.Rank.R4>([32, 48, 48, 32]);
  const filters = tf.fill<tf.Rank.R4>([3, 3, 32, 32], 0.01);
  const convolve = tf.grads((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'));
  const times = await timesPerSecond(() => tf.tidy(() => convolve([slices, filters])[1]));
  tf.dispose([slices, filters]);
  const operations = 3 * 2 * slices.size * 9 * 32; // three convolutions
  return (operations * times) / 1e9;
}

/** Whole steps of fine-tuning by the usual plan, on made-up slices: speed does not depend on what they show. */
async function trainingSpeed(): Promise<number> {
  const plan = planSchema.parse({});
  const { finetuneBatch: count, inputSize: side } = plan;
  const random = seededRandom('inspect');
  const pixels = Float32Array.from({ length: count * side * side }, () => gaussian(random));
  const classes = Uint8Array.from(pixels, (_, i) => Math.floor(i / 7) % (plan.labels.length + 1));
  const finetuning = new Finetuning(plan, initialWeights(networkSettings(plan), ['encoder', 'decoder'], plan.seed));
  try {
    await finetuning.step({ count, side, pixels, classes }); // the first one prepares
    let steps = 0;
    const begun = performance.now();
    do {
      await finetuning.step({ count, side, pixels, classes });
      steps++;
    } while (performance.now() - begun < 1000 * SECONDS);
    return (1000 * steps * count) / (performance.now() - begun);
  } finally {
    finetuning.dispose();
  }
}

/**
 * How often a second `work` can be done by an engine that may compute on the side: twice as often in each turn, waiting
 * at its end alone, until a turn takes long enough.
 */
async function timesPerSecond(work: () => tf.Tensor): Promise<number> {
  const finish = async (result: tf.Tensor) => {
    await result.data();
    result.dispose();
  };
  await finish(work()); // the first one prepares
  for (let times = 1; ; times *= 2) {
    const begun = performance.now();
    for (let i = 1; i < times; i++) work().dispose();
    await finish(work());
    const seconds = (performance.now() - begun) / 1000;
    if (seconds > SECONDS / 2) return times / seconds;
  }
}
