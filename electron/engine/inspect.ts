/** What `doctor` asks the trainer: does the engine compute here, and how fast? */
import * as tf from '@tensorflow/tfjs';
import type { EngineReport } from './jobs.ts';
import { useWasm } from './wasm/backend.ts';

const SECONDS = 1;

export async function inspect(): Promise<EngineReport> {
  const engine = 'wasm';
  try {
    await useWasm();
  } catch (error) {
    return { engine, usable: false, reason: (error as Error).message, gflops: 0 };
  }
  return { engine, usable: true, reason: '', gflops: convolutionSpeed() };
}

/** 10^9 multiplications and additions a second of a 3 x 3 convolution: 8 slices of 48 x 48, 32 channels to 32. */
function convolutionSpeed(): number {
  return tf.tidy(() => {
    const slices = tf.ones<tf.Rank.R4>([8, 48, 48, 32]);
    const kernel = tf.ones<tf.Rank.R4>([3, 3, 32, 32]);
    const operations = 2 * slices.size * 9 * 32;
    tf.conv2d(slices, kernel, 1, 'same').dataSync(); // the first one prepares
    const begun = performance.now();
    let times = 0;
    while (performance.now() - begun < 1000 * SECONDS) {
      tf.conv2d(slices, kernel, 1, 'same').dispose();
      times++;
    }
    return (operations * times) / (performance.now() - begun) / 1e6;
  });
}
