/** Times training steps on this process's engine, with made-up slices: speed does not depend on what they show. */
import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import type { NetworkSettings } from '../../../shared/plan.ts';
import type { Progress } from '../../../shared/progress.ts';
import { gaussian, seededRandom } from '../../../shared/random.ts';
import type { NetworkPart } from '../../../shared/weight-shapes.ts';
import { contrastiveLosses } from '../../learning/contrastive-loss.ts';
import { Adam } from '../../learning/network/adam.ts';
import { encode, project, segmentLogits } from '../../learning/network/unet.ts';
import { initialWeights } from '../../learning/network/weights.ts';
import { segmentationLoss } from '../../learning/segmentation-loss.ts';
import type { BenchJob, Timed } from '../jobs.ts';
import { type StepTime, timeKernels } from './kernel-times.ts';

const FEATURES = 512; // in the memory bank's sample, as in the default plan
const PARTITIONS = 4;
const WARM_UP = 3; // seconds of each kind of step that are not counted: code is compiled and memory grows

type Step = Timed['steps'][number];
type TrainingStep = { train: () => Promise<void>; dispose: () => void };

/**
 * An 'encoder' step is one of contrastive pre-training without augmentation and momentum: forward, backward and Adam.
 * A 'unet' step is one of fine-tuning. The engine must have been started; `withParts` only where its kernels have done
 * their work when they return.
 */
export async function bench(
  job: BenchJob,
  onProgress: (progress: Progress) => void,
  { withParts, warmUp = WARM_UP }: { withParts: boolean; warmUp?: number },
): Promise<Timed> {
  const makers: [Step['name'], (job: BenchJob) => TrainingStep][] = [
    ['encoder', encoderStep],
    ['unet', unetStep],
  ];
  const steps: Step[] = [];
  for (const [index, [name, make]] of makers.entries()) {
    const step = make(job);
    const times: StepTime[] = [];
    const begun = performance.now();
    for (let run = 0; times.length < job.repeats; run++) {
      const isWarm = run > 0 && performance.now() - begun >= 1000 * warmUp;
      const time = await (withParts ? timeKernels(step.train) : timeWhole(step.train));
      if (isWarm) times.push(time);
      const done = index * job.repeats + times.length;
      onProgress({ step: done, steps: makers.length * job.repeats, message: name });
      await new Promise((resolve) => setImmediate(resolve)); // lets progress and cancelling through
    }
    step.dispose();
    steps.push(summarise(name, times));
  }
  const [cpu] = cpus();
  const machine = { cpu: cpu.model.trim(), cores: cpus().length, node: process.versions.node };
  return { machine, settings: job, steps };
}

function encoderStep({ batch, size, baseWidth }: BenchJob): TrainingStep {
  const settings = networkOf(baseWidth);
  const partitions = Uint8Array.from({ length: FEATURES }, (_, i) => i % PARTITIONS);
  const sampled = {
    count: FEATURES,
    length: settings.featureLength,
    vectors: numbers(FEATURES * settings.featureLength).map((value) => value / Math.sqrt(settings.featureLength)),
    partitions,
    isLocal: partitions.map((_, i) => (i < FEATURES / 2 ? 1 : 0)),
  };
  return trainingStep(settings, ['encoder', 'projection'], batch, size, (weights, slices) => {
    const levels = encode(weights, slices, settings);
    const anchors = project(weights, levels[levels.length - 1], settings);
    return contrastiveLosses(anchors, partitions.slice(0, batch), sampled, 0.1).total;
  });
}

function unetStep({ batch, size, baseWidth }: BenchJob): TrainingStep {
  const settings = networkOf(baseWidth);
  const classes = Uint8Array.from({ length: batch * size * size }, (_, i) => Math.floor(i / 7) % settings.classes);
  return trainingStep(settings, ['encoder', 'decoder'], batch, size, (weights, slices) =>
    segmentationLoss(segmentLogits(weights, slices, settings), classes),
  );
}

function networkOf(baseWidth: number): NetworkSettings {
  return { levels: 5, baseWidth, featureLength: 128, classes: 3 };
}

function trainingStep(
  settings: NetworkSettings,
  parts: NetworkPart[],
  batch: number,
  size: number,
  loss: (weights: Record<string, tf.Variable>, slices: tf.Tensor4D) => tf.Scalar,
): TrainingStep {
  const weights: Record<string, tf.Variable> = {};
  const nameOf: Record<string, string> = {}; // by the name that tfjs gives the variable
  for (const [name, { shape, data }] of Object.entries(initialWeights(settings, parts, 1))) {
    weights[name] = tf.tidy(() => tf.variable(tf.tensor(data, shape)));
    nameOf[weights[name].name] = name;
  }
  const slices = tf.tensor4d(numbers(batch * size * size), [batch, size, size, 1]);
  const adam = new Adam(weights, 1e-3);
  return {
    train: async () => {
      const { value, grads } = tf.variableGrads(() => loss(weights, slices), Object.values(weights));
      adam.step(Object.fromEntries(Object.entries(grads).map(([name, gradient]) => [nameOf[name], gradient])));
      await value.data(); // waits for an engine that computes on the side
      tf.dispose([value, grads]);
    },
    dispose: () => {
      adam.dispose();
      tf.dispose([slices, weights]);
    },
  };
}

async function timeWhole(work: () => Promise<void>): Promise<StepTime> {
  const begin = performance.now();
  await work();
  return { ms: performance.now() - begin, parts: {} };
}

/** Standard normal numbers, the same each time. */
function numbers(count: number): Float32Array {
  const random = seededRandom('bench');
  return Float32Array.from({ length: count }, () => gaussian(random));
}

function summarise(name: Step['name'], times: StepTime[]): Step {
  const all = times.map((time) => time.ms);
  const names = [...new Set(times.flatMap((time) => Object.keys(time.parts)))];
  const parts = names.map((part) => ({ name: part, ms: median(times.map((time) => time.parts[part] ?? 0)) }));
  parts.sort((a, b) => b.ms - a.ms);
  return { name, ms: median(all), min: Math.min(...all), max: Math.max(...all), parts };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
