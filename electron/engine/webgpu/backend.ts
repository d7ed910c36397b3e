/**
 * Starts the `webgpu` engine: TensorFlow.js's backend for WebGPU, on Dawn, with kernels of our own for what it does
 * slowly.
 */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { adamKernels } from './adam.ts';
import { describeAdapter, openAdapter } from './adapter.ts';
import { filterGradientKernels } from './filter-gradient.ts';
import { guardReads } from './guard.ts';
import { joinKernels } from './join.ts';
import { normKernels } from './norm.ts';
import { poolKernels } from './pool.ts';

let assertWorking: (() => void) | undefined;

/** Makes `webgpu` the backend of this process. May be called again; throws once the device has failed. */
export async function useWebgpu(): Promise<void> {
  const adapter = await openAdapter(); // the backend registers itself only where there is a navigator.gpu
  if (!adapter) throw new Error('there is no graphics card');
  await import('@tensorflow/tfjs-backend-webgpu');
  tf.enableProdMode(); // no banner and no checks of every operation's result
  if (!(await tf.setBackend('webgpu'))) throw new Error('the graphics card gave no device to compute with');
  if (!assertWorking) {
    assertWorking = guardReads(tf.backend() as WebGPUBackend, (await describeAdapter(adapter)).device);
    registerKernels();
  }
  assertWorking();
}

function registerKernels(): void {
  for (const kernel of [normKernels, joinKernels, poolKernels(), adamKernels, filterGradientKernels()].flat()) {
    if (tf.getKernel(kernel.kernelName, 'webgpu')) tf.unregisterKernel(kernel.kernelName, 'webgpu');
    tf.registerKernel(kernel);
  }
}
