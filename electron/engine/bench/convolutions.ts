/**
 * How fast an engine convolves with 3 x 3 filters, in GFLOPS of the definition's multiplications and additions,
 * whatever way it goes about it. The same sizes as in BENCHMARKS.md.
 *
 *     node electron/engine/bench/convolutions.ts [ENGINE]
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import type { EngineChoice } from '../../../shared/engine.ts';
import { startEngine } from '../choice.ts';

const REPEATS = 9; // the median counts
const TURNS = 8; // kernels in a row
const SIZES = [
  { slices: 8, side: 96, inputs: 32, outputs: 32 },
  { slices: 32, side: 48, inputs: 16, outputs: 16 },
  { slices: 32, side: 12, inputs: 64, outputs: 64 },
  { slices: 32, side: 6, inputs: 128, outputs: 128 },
];

const { positionals } = parseArgs({ allowPositionals: true });
const { computedOn } = await startEngine((positionals[0] ?? 'auto') as EngineChoice);
console.log(`${computedOn.engine} on ${computedOn.device}, GFLOPS, median of ${REPEATS}`);
for (const { slices, side, inputs, outputs } of SIZES) {
  const x = tf.randomNormal<tf.Rank.R4>([slices, side, side, inputs]);
  const dy = tf.randomNormal<tf.Rank.R4>([slices, side, side, outputs]);
  const filter = tf.randomNormal<tf.Rank.R4>([3, 3, inputs, outputs]);
  const attributes = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
  const kernels = {
    forward: () => tf.conv2d(x, filter, 1, 'same'),
    'input gradient': () => run('Conv2DBackpropInput', { dy, filter }, { ...attributes, inputShape: x.shape }),
    'filter gradient': () => run('Conv2DBackpropFilter', { x, dy }, { ...attributes, filterShape: filter.shape }),
  };
  const operations = 2 * slices * side * side * 9 * inputs * outputs;
  const speeds: string[] = [];
  for (const [name, kernel] of Object.entries(kernels)) {
    speeds.push(`${name} ${(operations / (await median(kernel)) / 1e6).toFixed(0)}`);
  }
  console.log(`${slices} x ${side} x ${side}, ${inputs} to ${outputs}: ${speeds.join(', ')}`);
  tf.dispose([x, dy, filter]);
}
process.exit(); // the engine's threads may still wait for work

function run(kernel: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): tf.Tensor {
  return tf.engine().runKernel(kernel, inputs, attributes) as tf.Tensor;
}

/**
 * Milliseconds of a kernel, of several in a row and the reading of one number, which waits for an engine that computes
 * on the side.
 */
async function median(kernel: () => tf.Tensor): Promise<number> {
  const times: number[] = [];
  for (let repeat = -REPEATS; repeat < REPEATS; repeat++) {
    const begun = performance.now();
    for (let turn = 1; turn < TURNS; turn++) kernel().dispose();
    const result = kernel();
    const first = tf.slice(tf.reshape(result, [-1]), 0, 1);
    await first.data();
    if (repeat >= 0) times.push((performance.now() - begun) / TURNS);
    tf.dispose([result, first]);
  }
  return times.sort((a, b) => a - b)[Math.floor(REPEATS / 2)];
}
