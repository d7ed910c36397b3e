/**
 * Starts the `wasm` engine: TensorFlow.js on WebAssembly with SIMD on all cores, and the kernels it lacks for training.
 */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-wasm';
import { adamKernels } from './adam.ts';
import { addKernels } from './add.ts';
import { convolutionKernels } from './convolution.ts';
import { identityKernels } from './identity.ts';
import { joinKernels } from './join.ts';
import { Machine } from './machine.ts';
import { matrixKernels } from './matrix.ts';
import { normKernels } from './norm.ts';
import { poolKernels } from './pool.ts';
import { segmentationKernels } from './segmentation.ts';
import { withSharedMemory } from './shared-memory.ts';

let registered = false;

/** Makes `wasm` the backend of this process. May be called again. */
export async function useWasm(): Promise<void> {
  tf.enableProdMode(); // no banner and no checks of every operation's result
  if (!(await withSharedMemory(() => tf.setBackend('wasm')))) throw new Error('WebAssembly did not start.');
  if (registered) return;
  registered = true;
  const machine = new Machine(tf.backend() as BackendWasm);
  const makers = [
    convolutionKernels,
    normKernels,
    joinKernels,
    poolKernels,
    adamKernels,
    identityKernels,
    matrixKernels,
    segmentationKernels,
    addKernels,
  ];
  for (const kernel of makers.flatMap((make) => make(machine))) {
    if (tf.getKernel(kernel.kernelName, 'wasm')) tf.unregisterKernel(kernel.kernelName, 'wasm');
    tf.registerKernel(kernel);
  }
}
