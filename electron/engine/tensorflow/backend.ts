/** Starts the `tensorflow` engine: the package's JavaScript with the library that is installed on this machine. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { adamKernels } from './adam.ts';
import { installFolder, PACKAGE, QUIET, readManifest } from './installation.ts';
import { joinKernels } from './join.ts';
import { normKernels } from './norm.ts';
import { keepToOneCard } from './nvidia.ts';
import { Operations, type TensorFlowBackend } from './operations.ts';
import { poolKernels } from './pool.ts';

let loaded: TensorFlowBackend | undefined;

/**
 * Loads the library of an installation, which takes a second, and registers the backend 'tensorflow' without making it
 * the one in use. The package's own index would do that, look for the library inside of node_modules alone, and bring
 * readers of images and models along.
 */
export function loadTensorFlow(folder: string, addon: string): TensorFlowBackend {
  if (loaded) return loaded;
  // Read by the library while it is loaded. Whoever started this process may have set them otherwise.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'; // errors only
  process.env.TF_DETERMINISTIC_OPS ??= '1'; // the same numbers again for the same input
  process.env.NVIDIA_TF32_OVERRIDE ??= '0'; // a card computes with all digits of float32, as every other engine
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'; // takes of a card what it needs, not all of it
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1'; // the processor's fast convolutions
  process.env.TF_ONEDNN_THREADPOOL_USE_CALLER_THREAD ??= '1'; // which computes as well, instead of waiting
  process.env.TF_MKL_OPTIMIZE_PRIMITIVE_MEMUSE ??= 'false'; // convolutions are prepared once, not at every call
  keepToOneCard();
  giveBackToUtil();
  const require = createRequire(import.meta.url);
  const quiet = join(folder, QUIET);
  const banner = existsSync(quiet) ? require(quiet) : undefined;
  banner?.hide();
  let binding: TensorFlowBackend['binding'];
  try {
    binding = require(join(folder, addon));
  } finally {
    banner?.show();
  }
  require(`${PACKAGE}/dist/register_all_kernels.js`);
  const { NodeJSKernelBackend } = require(`${PACKAGE}/dist/nodejs_kernel_backend.js`);
  const backend: TensorFlowBackend = new NodeJSKernelBackend(binding, PACKAGE);
  tf.registerBackend('tensorflow', () => backend);
  const operations = new Operations(backend);
  const makers = [normKernels, joinKernels, adamKernels, ...(backend.isUsingGpuDevice ? [] : [poolKernels])];
  for (const make of makers) make(operations).forEach(tf.registerKernel);
  loaded = backend;
  return backend;
}

/** Makes `tensorflow` the backend of this process. May be called again. */
export async function useTensorFlow(): Promise<void> {
  const manifest = readManifest();
  if (!manifest) throw new Error('TensorFlow is not set up here');
  loadTensorFlow(installFolder(), manifest.addon);
  tf.enableProdMode(); // no banner and no checks of every operation's result
  await tf.setBackend('tensorflow');
}

/** The package calls two functions that Node gave up: one is gone since 23, of the other every use is warned of. */
function giveBackToUtil(): void {
  const old = util as unknown as Record<string, (value: unknown) => boolean>;
  old.isNullOrUndefined = (value) => value === null || value === undefined;
  old.isArray = Array.isArray;
}
