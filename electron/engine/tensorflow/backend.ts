/** Starts the `tensorflow` engine: the package's JavaScript with the library that is installed on this machine. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { ADDON, installFolder, PACKAGE } from './installation.ts';

/** An attribute of a TensorFlow operation. */
export interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** The package's backend, as far as kernels need it. */
export interface TensorFlowBackend extends tf.KernelBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: Record<`TF_${string}`, number>;
  executeSingleOutput(name: string, attributes: Attribute[], inputs: tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(name: string, attributes: Attribute[], inputs: tf.TensorInfo[], outputs: number): tf.Tensor[];
}

let loaded: TensorFlowBackend | undefined;

/**
 * Loads the library, which takes a second, and registers the backend 'tensorflow' without making it the one in use. The
 * package's own index would do that, look for the library inside of node_modules alone, and bring readers of images and
 * models along.
 */
export function loadTensorFlow(): TensorFlowBackend {
  if (loaded) return loaded;
  // Read by the library when it is loaded. Whoever started this process may have set them otherwise.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'; // errors only: no banner on standard error
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1'; // its fast convolutions; said here, or it prints that it chose so
  process.env.TF_DETERMINISTIC_OPS ??= '1'; // the same numbers again for the same input
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'; // takes of a card what it needs, not all of it
  giveBackToUtil();
  const require = createRequire(import.meta.url);
  const binding = require(join(installFolder(), ADDON));
  require(`${PACKAGE}/dist/register_all_kernels.js`);
  const { NodeJSKernelBackend } = require(`${PACKAGE}/dist/nodejs_kernel_backend.js`);
  const backend: TensorFlowBackend = new NodeJSKernelBackend(binding, PACKAGE);
  tf.registerBackend('tensorflow', () => backend);
  loaded = backend;
  return backend;
}

/** Makes `tensorflow` the backend of this process. May be called again. */
export async function useTensorFlow(): Promise<void> {
  loadTensorFlow();
  tf.enableProdMode(); // no banner and no checks of every operation's result
  await tf.setBackend('tensorflow');
}

/** The package calls two functions that Node 23 took away. */
function giveBackToUtil(): void {
  const old = util as unknown as Record<string, (value: unknown) => boolean>;
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
  old.isArray ??= Array.isArray;
}
