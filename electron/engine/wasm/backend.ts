/** Starts the `wasm` engine: TensorFlow.js on WebAssembly with SIMD in one thread, and the kernels it lacks for training. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-wasm';
import { adamFunctions, adamKernels } from './adam.ts';
import { convolutionKernels } from './convolution.ts';
import { convolutionFunctions } from './convolution-functions.ts';
import { identityKernels } from './identity.ts';
import { joinFunctions, joinKernels } from './join.ts';
import { Machine } from './machine.ts';
import { normFunctions, normKernels } from './norm.ts';
import { poolFunctions, poolKernels } from './pool.ts';

let registered = false;

/** Makes `wasm` the backend of this process. May be called again. */
export async function useWasm(): Promise<void> {
  tf.enableProdMode(); // no banner and no checks of every operation's result
  await tf.setBackend('wasm');
  if (registered) return;
  registered = true;
  const functions = [convolutionFunctions, normFunctions, joinFunctions, poolFunctions, adamFunctions];
  const machine = new Machine(tf.backend() as BackendWasm, functions.flat());
  const makers = [convolutionKernels, normKernels, joinKernels, poolKernels, adamKernels, identityKernels];
  for (const kernel of makers.flatMap((make) => make(machine))) {
    if (tf.getKernel(kernel.kernelName, 'wasm')) tf.unregisterKernel(kernel.kernelName, 'wasm');
    tf.registerKernel(kernel);
  }
}
