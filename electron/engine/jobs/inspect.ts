import * as tf from '@tensorflow/tfjs';
import type { EngineReport } from '../jobs.ts';
import { useWasm } from '../wasm/backend.ts';

const SHAPE: [number, number, number, number] = [16, 24, 24, 32]; // slices, pixels, pixels, channels: a middle level of the U-Net
const REPEATS = 5;

/** Starts the engine and times its 3 x 3 convolution, the bulk of every step. */
export async function inspect(): Promise<EngineReport> {
  try {
    await useWasm();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { engine: 'wasm', usable: false, reason, gflops: 0 };
  }
  return { engine: 'wasm', usable: true, reason: 'WebAssembly with SIMD', gflops: convolutionSpeed() };
}

/** The best of some repeats, in 10^9 multiplications and additions a second. */
function convolutionSpeed(): number {
  return tf.tidy(() => {
    const [n, h, w, channels] = SHAPE;
    const x = tf.ones<tf.Rank.R4>(SHAPE);
    const kernel = tf.ones<tf.Rank.R4>([3, 3, channels, channels]);
    const operations = 2 * n * h * w * 9 * channels * channels;
    let least = Number.POSITIVE_INFINITY;
    for (let repeat = 0; repeat <= REPEATS; repeat++) {
      const began = performance.now();
      tf.conv2d(x, kernel, 1, 'same').dataSync();
      if (repeat > 0) least = Math.min(least, performance.now() - began); // the first one compiles
    }
    return operations / (least * 1e6);
  });
}
